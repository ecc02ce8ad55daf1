package main

import (
	"cmp"
	"io"
	"slices"
	"strings"
)

const (
	// minRedacted is the length in bytes from which a secret, or a line of one, is looked for. What is shorter stands in
	// too many innocent texts.
	minRedacted = 4

	// maxPattern is how much of a secret is looked for in one piece, in bytes. It bounds what is held back.
	maxPattern = 1024

	redactedText = "[secret]"
)

// A redactor is a writer that puts "[secret]" into the place of secrets, in any of the notations in which programs write
// text. It holds back what may be the beginning of a secret, as long as that may be; to release it after a while would
// give a secret away byte by byte to a slow program. Its output does not depend on how its input is cut.
type redactor struct {
	w     io.Writer
	views []view
	spans []span // of secrets, beginning at base or behind it
	held  []byte // input that has not been written yet
	base  int    // where that begins
}

// A span is a part of the input. It has been begun if "[secret]" has been written for it.
type span struct {
	from, to int
	begun    bool
}

// A view reads the input in one notation.
type view interface {
	// read reads more input, which begins at a place, and returns the spans of the secrets that end in it.
	read(input []byte, at int) []span

	// pending is where what may be the beginning of a secret begins; false if there is no such thing.
	pending() (from int, ok bool)
}

// newRedactor returns a redactor of patterns, which must be closed.
func newRedactor(w io.Writer, patterns *automaton) *redactor {
	return &redactor{w: w, views: newViews(patterns)}
}

// patternsOf returns what to look for, without white space around it, nil if that is nothing, and the number of secrets that are too short for it.
func patternsOf(secrets []string) (patterns *automaton, short int) {
	var texts []string
	add := func(text string) {
		if text = strings.TrimSpace(text); len(text) >= minRedacted {
			texts = appendPieces(texts, text)
		}
	}
	for _, secret := range slices.Compact(slices.Sorted(slices.Values(secrets))) {
		for _, form := range []string{secret, string([]rune(secret))} { // the latter by encoders that know UTF-8 only
			for _, part := range append(strings.Split(form, "\n"), form) {
				add(part)
			}
		}
		if n := len(strings.TrimSpace(secret)); 0 < n && n < minRedacted {
			short++
		}
	}
	if texts == nil {
		return nil, short
	}
	return newAutomaton(texts), short
}

func appendPieces(pieces []string, text string) []string {
	for len(text) > maxPattern {
		pieces = append(pieces, text[:maxPattern])
		text = text[min(maxPattern, len(text)-maxPattern):]
	}
	return append(pieces, text)
}

// Write reads p. Its error is that of the writer.
func (r *redactor) Write(p []byte) (int, error) {
	at := r.base + len(r.held)
	r.held = append(r.held, p...)
	decided := at + len(p)
	for _, v := range r.views {
		r.spans = append(r.spans, v.read(p, at)...)
		if from, ok := v.pending(); ok {
			decided = min(decided, from)
		}
	}
	r.spans = merged(r.spans)
	if err := r.write(decided); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Close writes what was held back.
func (r *redactor) Close() error { return r.write(r.base + len(r.held)) }

// merged makes one of spans that touch.
func merged(spans []span) []span {
	slices.SortStableFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	n := 0
	for _, s := range spans {
		if n > 0 && s.from <= spans[n-1].to {
			spans[n-1].to = max(spans[n-1].to, s.to)
			continue
		}
		spans[n] = s
		n++
	}
	return spans[:n]
}

// write writes what is before a place, redacted. What is behind it changes nothing about that, but that a span may become
// longer.
func (r *redactor) write(decided int) error {
	var out []byte
	at := r.base
	for len(r.spans) > 0 && (r.spans[0].begun || r.spans[0].from <= decided) {
		s := &r.spans[0]
		out = append(out, r.held[at-r.base:s.from-r.base]...)
		if !s.begun {
			out = append(out, redactedText...)
			s.begun = true
		}
		at = min(s.to, decided)
		if s.to >= decided {
			s.from = decided
			break
		}
		r.spans = slices.Delete(r.spans, 0, 1)
	}
	out = append(out, r.held[at-r.base:decided-r.base]...)
	r.held = append(r.held[:0], r.held[decided-r.base:]...)
	r.base = decided
	if len(out) == 0 {
		return nil
	}
	_, err := r.w.Write(out)
	return err
}
