package evaltest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/escapement-go/escapement/eval"
)

// A report compares what came out with what was expected.
type report struct {
	*scenario
	*outcome
	update   bool
	problems []string
}

func (r *report) problem(format string, args ...any) {
	r.problems = append(r.problems, fmt.Sprintf(format, args...))
}

func (r *report) compare() {
	if r.env == nil {
		r.problem("no environment was returned")
		return
	}
	if name := r.setting("name", r.root); r.env.Name != name {
		r.problem("environment is named %q, want %q", r.env.Name, name)
	}
	r.diagnostics()
	r.lint()
	r.errorText()
	r.flags()
	r.counts()
	r.leaks()
	for _, section := range r.sections {
		r.section(section)
	}
	if r.rotation != nil {
		r.rotated()
	}
}

// diagnostics pairs what was reported with what was expected.
func (r *report) diagnostics() {
	open := slices.DeleteFunc(slices.Clone(r.wants), func(w *want) bool { return w.op != "" && w.op != r.op })
	for _, d := range r.env.Diagnostics {
		i := slices.IndexFunc(open, func(w *want) bool { return w.matches(d) })
		if i < 0 {
			r.problem("unexpected: %v%s", d, detailsOf(d))
			continue
		}
		open = slices.Delete(open, i, i+1)
	}
	for _, w := range open {
		r.problem("missing: %v", w)
	}
}

func detailsOf(d *eval.Diagnostic) string {
	text := ""
	if !d.Range.IsZero() {
		text = fmt.Sprintf(" until %d:%d", d.Range.End.Line, d.Range.End.Column)
	}
	for _, rel := range d.Related {
		text += fmt.Sprintf(" ~%v (%s)", placeOf(rel.Range), rel.Note)
	}
	if d.Path != "" {
		text += " =" + d.Path
	}
	return text
}

// errorText checks the error that was returned against the diagnostics and the setting "error".
func (r *report) errorText() {
	outside := r.setting("error", "")
	failed := r.env.Diagnostics.Err() != nil
	switch {
	case outside == "" && failed != (r.err != nil):
		r.problem("error diagnostics %t, but the error is: %v", failed, r.err)
	case outside != "" && r.err == nil:
		r.problem("no error, want one with %q", outside)
	case outside != "" && !strings.Contains(r.err.Error(), outside):
		r.problem("error is %q, want one with %q", r.err, outside)
	}
}

// flags checks the settings secret, public, unknown and known.
func (r *report) flags() {
	for _, flag := range []struct {
		name string
		want bool
		is   func(eval.Value) bool
	}{
		{"secret", true, eval.Value.Secret}, {"public", false, eval.Value.Secret},
		{"known", true, eval.Value.Known}, {"unknown", false, eval.Value.Known},
	} {
		for _, path := range strings.Fields(r.setting(flag.name, "")) {
			v, ok := r.env.Values.Lookup(path)
			if !ok {
				r.problem("no value at %s, want it %s", path, flag.name)
			} else if flag.is(v) != flag.want {
				r.problem("%s is not %s", path, flag.name)
			}
		}
	}
}

// counts checks the settings calls and loads. Check, and whatever has an error that is found before anything is called,
// calls nothing.
func (r *report) counts() {
	calls, loads := map[string]int{}, map[string]int{}
	for name, n := range r.outcome.calls {
		if env, ok := strings.CutPrefix(name, "load "); ok {
			loads[env] = n
		} else {
			calls[name] = n
		}
	}
	if loads[r.env.Name] == 1 {
		delete(loads, r.env.Name)
	}
	preset := ""
	if r.op == "check" && r.setting("check-secrets", "") == "" || r.failedEarly() {
		preset = "none"
	}
	r.count("calls", preset, calls)
	r.count("loads", "", loads)
}

func (r *report) count(name, preset string, got map[string]int) {
	text := r.setting(name, preset)
	if text == "" {
		return
	}
	want, err := parseCounts(text)
	if err != nil {
		r.problem("%s: %v", name, err)
	} else if !maps.Equal(got, want) {
		r.problem("%s are %v, want %v", name, got, want)
	}
}

// same checks that another evaluation came out like the first.
func (r *report) same(name string, o *outcome) {
	if o.env == nil {
		r.problem("%s: no environment was returned", name)
		return
	}
	if a, b := r.fingerprint(), o.fingerprint(); a != b {
		r.problem("%s: another result:\n%s\ninstead of:\n%s", name, b, a)
	}
}

// fingerprint is all that must not depend on circumstances.
func (o *outcome) fingerprint() string {
	var b bytes.Buffer
	for _, d := range o.env.Diagnostics {
		fmt.Fprintf(&b, "%v%s\n", d, detailsOf(d))
	}
	text, err := canonical(reveal(o.env.Values.Plain()))
	fmt.Fprintf(&b, "%s %v\n", text, err)
	err = o.env.Write(&b, eval.FormatOptions{Format: "detailed", Reveal: true, Expressions: true})
	fmt.Fprintf(&b, "%v\n%v", err, o.err)
	if o.rotation != nil {
		fmt.Fprintf(&b, "\n%s%q", o.results(), o.texts)
	}
	return b.String()
}

// leaks checks the settings absent and gone.
func (r *report) leaks() {
	if text := r.setting("absent", ""); text != "" {
		r.leak(text, false)
	}
	if text := r.setting("gone", ""); text != "" {
		r.leak(text, false)
		r.leak(text, true)
	}
}

func (r *report) leak(text string, reveal bool) {
	canary := CanaryOf(text)
	for name, output := range r.outputs(reveal) {
		if forms := canary.Leaks(output); forms != nil {
			r.problem("%s holds %s, as %v", name, strconv.Quote(text), forms)
		}
	}
}

// outputs are all printed forms of the outcome.
func (r *report) outputs(reveal bool) map[string]string {
	out := map[string]string{
		"log": r.log, "error": fmt.Sprint(r.err), "diagnostics": fmt.Sprintf("%v %+v %#v", r.env.Diagnostics, r.env.Diagnostics, r.err),
		"%v": fmt.Sprintf("%v %v", r.env, r.env.Values), "%+v": fmt.Sprintf("%+v %+v", r.env, r.env.Values),
		"%#v": fmt.Sprintf("%#v %#v", r.env, r.env.Values), "%s": fmt.Sprintf("%s %q", r.env.Values, r.env.Values),
	}
	parts := []any{r.env.Diagnostics, r.env.Values, r.env.Schema()}
	if r.rotation != nil {
		parts = append(parts, r.rotation, *r.rotation, r.rotation.Results)
		out["texts"] = fmt.Sprint(r.texts)
	}
	for _, part := range parts {
		text, err := json.Marshal(part)
		out[fmt.Sprintf("JSON of %T", part)] = fmt.Sprintf("%s %v", text, err)
		out[fmt.Sprintf("text of %T", part)] = fmt.Sprintf("%v %+v %#v %s %q", part, part, part, part, part)
	}
	for _, format := range eval.Formats() {
		var b bytes.Buffer
		err := r.env.Write(&b, eval.FormatOptions{Format: format, Reveal: reveal, Expressions: format == "detailed"})
		out["format "+format] = fmt.Sprintf("%s %v", b.String(), err)
	}
	return out
}
