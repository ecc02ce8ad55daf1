package eval

import (
	"iter"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// A quoter appends a text so that the reader of a format reads exactly that text.
type quoter func(b []byte, text string) []byte

// An exported variable is a line of the formats dotenv and shell.
type exported struct {
	property   string // that it is a member of
	value      Value  // a string
	secretName bool
}

var portableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// variables writes one line per variable: the prefix, its name, "=" and its quoted text.
func (f formatter) variables(prefix string, quote quoter) ([]byte, error) {
	if f.opts.Path != "" {
		return nil, pathNotAllowed(quoted(f.opts.Format))
	}
	all := f.exported()
	var b []byte
	for _, name := range slices.Sorted(maps.Keys(all)) {
		variable := all[name]
		text, hidden := redacted(variable.value.data(), f.opts.Reveal)
		switch {
		case hidden && f.opts.Reveal:
			continue // an unknown never leaves as text
		case !hidden:
			text = *variable.value.data().text
		}
		if err := variable.check(name, text); err != nil {
			return nil, err
		}
		b = append(b, prefix+name+"="...)
		b = append(quote(b, text), '\n')
	}
	if b == nil {
		b = []byte("\n")
	}
	return b, nil
}

// exported returns the variables by name. The files among them hold paths, and win.
func (f formatter) exported() map[string]exported {
	all := map[string]exported{}
	f.project("environmentVariables", f.env.Variables(), func(name string, e exported) { all[name] = e })
	f.project("files", f.env.Files(), func(name string, e exported) {
		delete(all, name)
		if path, written := f.opts.Files[name]; written {
			e.value.d = stringDatum(path, false)
			all[name] = e
		}
	})
	return all
}

// project yields the members of a projection. If that is secret as a whole, so are its names, and it is left out unless
// secrets are revealed.
func (f formatter) project(property string, members iter.Seq2[string, Value], yield func(string, exported)) {
	object, _ := f.env.Values.Member(property)
	if object.Secret() && !f.opts.Reveal {
		return
	}
	for name, v := range members {
		yield(name, exported{property, v, object.Secret()})
	}
}

// check refuses what would not be read back.
func (e exported) check(name, text string) error {
	shown := quoted(name)
	if e.secretName {
		shown = secretText
	}
	switch {
	case !portableName.MatchString(name):
		return e.blameName(name, Diagnostic{
			Code: "invalid-variable-name", Message: shown + " cannot be the name of a variable",
			Hint: `use letters, digits and "_", and no digit first`,
		})
	case strings.IndexByte(text, 0) >= 0:
		return blame(e.value, Diagnostic{
			Code: "nul-in-variable", Message: shown + " contains a NUL byte", Hint: `put it into "files"`,
		})
	}
	return nil
}

// blameName sets the place of a diagnostic to where the name is written, or else to where the value is defined.
func (e exported) blameName(name string, d Diagnostic) *Diagnostic {
	blamed := blame(e.value, d)
	if def := e.value.def; def != nil && def.Doc != nil && def.Doc.Values != nil {
		if object := def.Doc.Values.Member(e.property); object != nil && object.Member(name) == def {
			blamed.Range = markRange(object.KeyMark(name))
		}
	}
	return blamed
}

// quoteShell quotes for a POSIX shell, which expands nothing between single quotes.
func quoteShell(b []byte, text string) []byte {
	b = append(b, '\'')
	b = append(b, strings.ReplaceAll(text, `'`, `'\''`)...)
	return append(b, '\'')
}

var dotenvEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`, "`", "\\`", "\n", `\n`, "\r", `\r`)

// quoteDotenv quotes for readers of .env files, which read escapes and expand variables between double quotes only.
func quoteDotenv(b []byte, text string) []byte {
	special := func(r rune) bool { return r == '\'' || r == '\\' || unicode.IsControl(r) }
	if strings.ContainsFunc(text, special) {
		b = append(b, '"')
		b = append(b, dotenvEscapes.Replace(text)...)
		return append(b, '"')
	}
	b = append(b, '\'')
	b = append(b, text...)
	return append(b, '\'')
}
