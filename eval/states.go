package eval

import (
	"bytes"

	"github.com/escapement-go/escapement/eval/internal/yamltext"
)

// withStates makes a text that was given as a whole an edit of a newer text in which nothing is new but what rotators have
// saved. That is taken over, since it may be the only copy of a credential. If anything else is new as well, or the given text
// has changed a state that is new, or has no place for it, it is a conflict at that place.
func (d *Document) withStates(newest *Document) (*Document, error) {
	done := d.drafted()
	was, is := done.origin, newest.text()
	var saved, blank []yamltext.Edit
	for _, call := range newest.syntax().Rotates {
		place := append(callPath(call), "state")
		state := is.Lookup(place)
		if state == nil || yamltext.Same(was.Lookup(place), state) {
			continue
		}
		if !untouched(was, done.text, place) {
			return nil, conflict(d.name, place)
		}
		saved = append(saved, yamltext.Edit{Path: place, Value: rewritten(state)})
		blank = append(blank, yamltext.Edit{Path: place, Value: someState})
	}
	if len(saved) == 0 {
		return nil, conflict(d.name, nil)
	}
	text, err := done.text.Edit(saved...)
	if err != nil || !sameAfter(was, is, blank) {
		return nil, conflict(d.name, saved[0].Path)
	}
	return newest.with(draft{text: text, origin: is, whole: true, seals: done.seals}), nil
}

// sameAfter reports whether edits make the same text of both.
func sameAfter(a, b *yamltext.Document, edits []yamltext.Edit) bool {
	a, err := a.Edit(edits...)
	if err != nil {
		return false
	}
	b, err = b.Edit(edits...)
	return err == nil && bytes.Equal(a.Bytes(), b.Bytes())
}

// rewritten is a value that is written as a rotator's state was. What no rotator writes makes it one that cannot be.
func rewritten(n *yamltext.Node) *yamltext.Value {
	switch {
	case n.Kind == yamltext.Alias || n.Tag != "" || n.Anchor != "":
		return nil
	case n.Kind == yamltext.Scalar && n.Style == yamltext.Plain:
		return verbatim(n.Value)
	}
	value := &yamltext.Value{Kind: n.Kind, Writing: yamltext.Quoted, Text: n.Value}
	if n.Style == yamltext.Flow {
		value.Writing = yamltext.OneLine
	}
	for i, part := range n.Content {
		if n.Kind == yamltext.Mapping && i%2 == 0 {
			value.Keys = append(value.Keys, part.Value)
		} else {
			value.Items = append(value.Items, rewritten(part))
		}
	}
	return value
}
