package evaltest

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// A Case is one conformance case: documents, what is done with them, and everything that must come out.
type Case struct {
	File   string // where the text stands, for messages
	Number string // of the case, such as "98", "2.10-nested" or "D7"
	Rules  string // that it tests, separated by commas
	Title  string

	archive  *Archive
	variants []*variant
}

// A variant is one evaluation or more of a case: what stands before the first variant is common to all of them.
type variant struct {
	name     string // empty if the case has no variants
	settings map[string][]string
	sections []*Section
}

var settingNames = []string{
	"op", "root", "name", "path", "context", "without", "crypter", "check-secrets", "cancel", "panic", "limits",
	"calls", "loads", "secret", "public", "unknown", "known", "absent", "gone", "error",
	"options", "saver",
}

// ParseCase reads a case in the form of an [Archive]. Its first line holds number, rules and title. Further lines of
// the header are settings "name: text", or remarks that begin with "#". A section named "variant NAME" holds settings
// too, and begins a variant of the case: what stands before the first variant belongs to all of them, unless the
// variant has a setting or section of the same name. What is not expected must not be reported.
//
// The settings are:
//
//   - op: open (the default), check, both of them, one after the other, or rotate.
//   - root: the name of the root, "<yaml>" for an anonymous one; r by default. name: its canonical name if that differs.
//   - path: a path given to Open or Rotate; may be repeated. options: of Rotate, "force" and "due".
//   - context: JSON of the host's context, where {"$secret": X} is X as a secret.
//   - without: what the host lacks, of loader, saver, providers, rotators, crypter. saver: "fail" lets each save fail with
//     the text "disk full", "doubt" lets the first of two
//     write nothing and be uncertain.
//   - crypter: "refuse" lets each call fail with the text "refused". cancel, panic: the call that cancels the context of
//     the caller or panics, such as "echo" or "load b".
//   - check-secrets: "true" sets Evaluator.CheckSecrets. limits: such as "Steps=10 Depth=3".
//   - calls: all calls with their numbers, such as "echo 1, pw open 2", or "none". loads: all loads but that of the
//     root, likewise.
//   - secret, public, unknown, known: paths of values that are so.
//   - absent: a text that no redacted output holds in any form; gone: one that no output at all holds.
//   - error: part of the text of an error that is no diagnostic.
//
// The sections are:
//
//   - NAME.yaml: an environment. ⟨x⟩ in it is replaced by an envelope of the text x. A comment such as
//     # want !cycle "part of the text" ?leading-zero @7
//     at the end of a line says what is reported on that line, here an error and a warning. "x" is part of the message,
//     -"x" is not; @7 or @7-9 is the column, and where it ends; ~b:2:3 is a related range; =values.a is the document
//     path. "check:" or "open:" before the mark limits the expectation to that operation.
//   - diagnostics: the same where a comment cannot stand, one line each: "r:2:8 !cycle", or "- !cycle" without range.
//   - NAME.error: the text of the failure to load an environment.
//   - provider NAME, rotator NAME: one beside the fixtures, as JSON with the members "Inputs", "Outputs", "State"
//     (schemas) and "Result", which opening returns; without it, opening returns the inputs. It is counted as NAME.
//     A rotator with "States" hands these over when it rotates, ends with the text "Error", and opens into its state; its
//     rotation is counted as "NAME rotate". Opening one that is "Unfinished" finds nothing to open yet.
//   - results: what Rotate says of each rotator: path, status, "saved", "unsaved" and the JSON of the state, revealed.
//   - edited NAME: the text that somebody else gives an environment before the first save.
//   - rotated NAME: the text of an environment afterwards, with ⟨x⟩ for an envelope. Others must not have changed.
//   - values, redacted, each with a path or without: JSON of the value, revealed or not. An unknown is "[unknown]".
//   - variables, files: JSON object of the projection, revealed. schema: JSON of Environment.Schema.
//   - detailed PATH: the detailed form of a value, redacted, with ranges as "LINE:COLUMN-LINE:COLUMN", and the
//     environment before it if it is not the root. expression NAME: the exported expression of a property, likewise.
//   - output FORMAT: what Environment.Write gives. The format may be followed by "reveal", "expressions", "FILE=PLACE"
//     and a path. A body that begins with "!" is the code of an error, with part of its text in quotes if need be.
//
// The name of a section may end in " quoted": its body then consists of Go string literals, one on each line.
func ParseCase(file, text string) (*Case, error) {
	c := &Case{File: file, archive: ParseArchive(text)}
	first, header, _ := strings.Cut(c.archive.Comment, "\n")
	fields := strings.SplitN(first, " ", 3)
	if len(fields) < 3 {
		return nil, fmt.Errorf("%s: first line is not: number, rules, title", file)
	}
	c.Number, c.Rules, c.Title = fields[0], fields[1], fields[2]

	common := &variant{settings: map[string][]string{}}
	if err := common.set(header); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	at := common
	for _, s := range c.archive.Sections {
		name, ok := strings.CutPrefix(s.Name, "variant ")
		if !ok {
			at.sections = append(at.sections, s)
			continue
		}
		at = common.derive(name)
		if err := at.set(s.Body); err != nil {
			return nil, fmt.Errorf("%s: variant %q: %w", file, name, err)
		}
		c.variants = append(c.variants, at)
	}
	if len(c.variants) == 0 {
		c.variants = []*variant{common}
	}
	for _, v := range c.variants {
		v.keepLast()
	}
	return c, nil
}

func (v *variant) derive(name string) *variant {
	d := &variant{name: name, settings: map[string][]string{}, sections: slices.Clone(v.sections)}
	for key, lines := range v.settings {
		d.settings[key] = lines
	}
	return d
}

// set reads lines of settings; they replace inherited ones.
func (v *variant) set(text string) error {
	fresh := map[string][]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, value, ok := strings.Cut(line, ":")
		if !ok || !slices.Contains(settingNames, key) {
			return fmt.Errorf("unknown setting %q", line)
		}
		fresh[key] = append(fresh[key], strings.TrimSpace(value))
	}
	for key, lines := range fresh {
		if len(lines) > 1 && key != "path" {
			return fmt.Errorf("setting %q stands twice", key)
		}
		v.settings[key] = lines
	}
	return nil
}

// keepLast drops sections that a later one of the same name replaces.
func (v *variant) keepLast() {
	var kept []*Section
	for i, s := range v.sections {
		name := strings.TrimSuffix(s.Name, " quoted")
		later := slices.ContainsFunc(v.sections[i+1:], func(o *Section) bool {
			return strings.TrimSuffix(o.Name, " quoted") == name
		})
		if !later {
			kept = append(kept, s)
		}
	}
	v.sections = kept
}

// setting is the value of a setting that has one line, or the default.
func (v *variant) setting(key, preset string) string {
	if lines := v.settings[key]; len(lines) > 0 {
		return lines[0]
	}
	return preset
}

// content is the name of the section without " quoted" and the text that its body means.
func (s *Section) content() (name, text string, err error) {
	name, quoted := strings.CutSuffix(s.Name, " quoted")
	if !quoted {
		return name, s.Body, nil
	}
	var b strings.Builder
	for line := range strings.Lines(s.Body) {
		part, err := strconv.Unquote(strings.TrimSpace(line))
		if err != nil {
			return "", "", fmt.Errorf("section %q: %q is not a Go string", s.Name, line)
		}
		b.WriteString(part)
	}
	return name, b.String(), nil
}

// setContent replaces the body by one that means the text.
func (s *Section) setContent(text string) {
	if !strings.HasSuffix(s.Name, " quoted") {
		s.Body = text
		return
	}
	s.Body = ""
	for line := range strings.Lines(text) {
		s.Body += strconv.Quote(line) + "\n"
	}
}
