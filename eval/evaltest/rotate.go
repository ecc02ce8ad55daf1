package evaltest

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/escapement-go/escapement/eval"
)

// rotate runs the operation "rotate".
func (m *machine) rotate(ctx context.Context, o *outcome) {
	s := m.scenario
	opts := eval.RotateOptions{Paths: s.settings["path"]}
	for _, option := range strings.Fields(s.setting("options", "")) {
		opts.Force = opts.Force || option == "force"
		opts.Due = opts.Due || option == "due"
	}
	o.rotation, o.err = m.Rotate(ctx, s.root, opts)
	o.env = o.rotation.Environment
}

// results tells what Rotate says of each rotator.
func (o *outcome) results() string {
	var b strings.Builder
	for _, result := range o.rotation.Results {
		fmt.Fprintf(&b, "%s %s", result.Path, result.Status)
		if result.Saved {
			b.WriteString(" saved")
		}
		if result.Unsaved != nil {
			state := map[string]any{}
			for name, secret := range result.Unsaved {
				state[name] = reveal(secret)
			}
			text, err := canonical(state)
			fmt.Fprintf(&b, " unsaved %s", text)
			if err != nil {
				fmt.Fprintf(&b, " %v", err)
			}
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func (r *report) compareResults(s *Section, want string) {
	if r.rotation == nil {
		r.problem("there are no results of %q", r.op)
		return
	}
	switch got := r.results(); {
	case got == want:
	case r.update:
		s.setContent(got)
	default:
		r.problem("results:\n%s--- instead of:\n%s", got, want)
	}
}

// rotated checks the texts that a rotation leaves, and that they open into what Rotate returned.
func (r *report) rotated() {
	for _, name := range slices.Sorted(maps.Keys(r.texts)) {
		r.rotatedText(name)
	}
	for _, result := range r.rotation.Results {
		v, ok := r.env.Values.Lookup(result.Path)
		if result.Status != eval.Succeeded || !result.Saved || !ok || !v.Known() {
			continue
		}
		s := *r.scenario
		s.files, s.op = r.texts, "open"
		env, err := s.machine(0, nil).Open(context.Background(), r.root, result.Path)
		if err != nil {
			r.problem("opening %s afterwards: %v", result.Path, err)
			continue
		}
		again, _ := env.Values.Lookup(result.Path)
		before, _ := canonical(reveal(v.Plain()))
		if after, _ := canonical(reveal(again.Plain())); before != after {
			r.problem("%s is %s after the rotation, but opens into %s", result.Path, before, after)
		}
	}
}

// rotatedText checks a section "rotated NAME", or that the text has not changed.
func (r *report) rotatedText(name string) {
	want := r.files[name]
	if text, ok := r.edits[name]; ok {
		want = text
	}
	got := showEnvelopes(name, r.texts[name])
	for _, section := range r.sections {
		title, text, err := section.content()
		if title != "rotated "+name {
			continue
		}
		if err != nil {
			r.problem("%v", err)
		}
		if want = text; r.update && got != want {
			section.setContent(got)
			return
		}
		if got != want {
			r.problem("%s becomes:\n%s--- instead of:\n%s", name, got, want)
		}
		return
	}
	if r.texts[name] != want {
		r.problem("%s must stay as it is, but becomes:\n%s", name, got)
	}
}

var envelope = regexp.MustCompile(`ZXNjeAAAAA[E-H][A-Za-z0-9+/]*=*`)

// showEnvelopes puts ⟨x⟩ into the place of each envelope of a text x.
func showEnvelopes(name, text string) string {
	return envelope.ReplaceAllStringFunc(text, func(sealed string) string {
		plain, ok := Unseal(name, sealed)
		if !ok {
			return sealed
		}
		return "⟨" + plain + "⟩"
	})
}
