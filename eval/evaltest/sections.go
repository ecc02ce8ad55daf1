package evaltest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strings"

	"github.com/escapement-go/escapement/eval"
)

// section checks a section that says what comes out.
func (r *report) section(s *Section) {
	name, text, err := s.content()
	if err != nil {
		r.problem("%v", err)
		return
	}
	kind, rest, _ := strings.Cut(name, " ")
	switch kind {
	case "values", "redacted":
		r.values(kind, rest, text)
	case "detailed", "expression":
		r.detailed(kind, rest, text)
	case "schema":
		r.schema(text)
	case "variables":
		r.projection(kind, r.env.Variables(), text)
	case "files":
		r.projection(kind, r.env.Files(), text)
	case "output":
		r.output(s, rest, text)
	case "results":
		r.compareResults(s, text)
	case "diagnostics", "provider", "rotator", "edited", "rotated":
	default:
		if !strings.HasSuffix(name, ".yaml") && !strings.HasSuffix(name, ".error") {
			r.problem("unknown section %q", name)
		}
	}
}

func (r *report) schema(want string) {
	text, err := json.Marshal(r.env.Schema())
	got := ""
	if err == nil {
		got, err = canonicalJSON(text)
	}
	if err != nil {
		r.problem("schema: %v", err)
		return
	}
	r.compareJSON("schema", got, want)
}

func (r *report) values(kind, path, text string) {
	v, ok := r.env.Values.Lookup(path)
	if !ok {
		r.problem("no value at %q", path)
		return
	}
	var got string
	var err error
	if kind == "redacted" {
		got, err = redacted(v)
	} else {
		got, err = revealed(v)
	}
	if err != nil {
		r.problem("%s %s: %v", kind, path, err)
		return
	}
	r.compareJSON(strings.TrimSpace(kind+" "+path), got, text)
}

func redacted(v eval.Value) (string, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return "", err
	}
	return canonicalJSON(text)
}

// revealed is the canonical text of the value, taken from Plain, with which Reveal must agree.
func revealed(v eval.Value) (string, error) {
	text, err := canonical(reveal(v.Plain()))
	if err != nil {
		return "", err
	}
	whole, err := v.Reveal()
	if err != nil {
		if !strings.Contains(text, unknownText) {
			return "", fmt.Errorf("the value is %[2]s, but Reveal says %[1]w", err, text)
		}
		return text, nil
	}
	if other, err := canonical(whole); err != nil || other != text {
		return "", fmt.Errorf("the value is %s by Reveal and %s by Plain, %v", other, text, err)
	}
	return text, nil
}

func (r *report) compareJSON(name, got, want string) {
	want, err := canonicalJSON([]byte(want))
	if err != nil {
		r.problem("%s: the expectation is no JSON: %v", name, err)
	} else if got != want {
		r.problem("%s:\n    got  %s\n    want %s", name, got, want)
	}
}

func (r *report) projection(name string, all iter.Seq2[string, eval.Value], want string) {
	got, last := map[string]any{}, ""
	for key, v := range all {
		if key < last {
			r.problem("%s: %q comes after %q", name, key, last)
		}
		got[key], last = reveal(v.Plain()), key
	}
	text, err := canonical(got)
	if err != nil {
		r.problem("%s: %v", name, err)
		return
	}
	r.compareJSON(name, text, want)
}

// output checks what Write gives in a format.
func (r *report) output(s *Section, how, want string) {
	var b bytes.Buffer
	err := r.env.Write(&b, formatOptions(how))
	if strings.HasPrefix(want, "!") {
		r.outputError(how, err, want)
		return
	}
	switch got := b.String(); {
	case err != nil:
		r.problem("output %s: %v", how, err)
	case got == want:
	case r.update:
		s.setContent(got)
	default:
		r.problem("output %s:\n%s--- instead of:\n%s", how, got, want)
	}
}

func (r *report) outputError(how string, err error, want string) {
	wants, perr := parseWants(want, place{})
	var d *eval.Diagnostic
	switch {
	case perr != nil:
		r.problem("output %s: %v", how, perr)
	case !errors.As(err, &d):
		r.problem("output %s: error is %v, want %s", how, err, strings.TrimSpace(want))
	case !wants[0].describes(d):
		r.problem("output %s: error is %v, want %s", how, d, strings.TrimSpace(want))
	}
}

// formatOptions reads "FORMAT [reveal] [expressions] [FILE=PLACE] [PATH]".
func formatOptions(how string) eval.FormatOptions {
	words := strings.Fields(how)
	opts := eval.FormatOptions{Format: words[0]}
	for _, word := range words[1:] {
		name, place, isFile := strings.Cut(word, "=")
		switch {
		case word == "reveal":
			opts.Reveal = true
		case word == "expressions":
			opts.Expressions = true
		case isFile:
			opts.Files = map[string]string{name: place}
		default:
			opts.Path = word
		}
	}
	return opts
}
