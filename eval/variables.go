package eval

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
)

// A quoter appends a text so that the reader of a format reads exactly that text. Otherwise it says why there is no such
// form, and what helps.
type quoter func(b []byte, text string) (quoted []byte, why string)

// An exported variable is one of the formats that write variables.
type exported struct {
	property   string // that it is a member of
	value      Value  // a string
	secretName bool
}

// variables writes each variable: what stands before its name, the name, what stands behind it, and its quoted text.
func (f formatter) variables(before, behind string, quote quoter) ([]byte, error) {
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
		b = append(b, before+name+behind...)
		why := ""
		if b, why = quote(b, text); why != "" {
			return nil, blame(variable.value, Diagnostic{
				Code:    "unquotable-variable",
				Message: fmt.Sprintf("%s cannot be written as %q: %s", variable.shown(name), f.opts.Format, why),
				Hint:    `choose another format, or put it into "files"`,
			})
		}
		b = append(b, '\n')
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

// shown is the name of the variable in messages.
func (e exported) shown(name string) string {
	if e.secretName {
		name = secretText
	}
	return quoted(name)
}

// check refuses what would not be read back.
func (e exported) check(name, text string) error {
	shown := e.shown(name)
	switch {
	case !isPortable(name):
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
