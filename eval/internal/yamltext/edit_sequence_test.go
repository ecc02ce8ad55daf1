package yamltext

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// TestSequences makes twenty edits of one document. Each is undone, which restores the tree.
func TestSequences(t *testing.T) {
	t.Parallel()
	var c, back tally
	forSubjects(t, 20_000, false, func(s *subject, g *generator) error {
		for range 20 {
			at := g.spot(s)
			e := Edit{Path: at.path, Value: g.tree(2), Whole: g.one(4)}
			if err := c.try(s, at, e); err != nil {
				return err
			}
			next, err := s.Edit(e)
			if err != nil {
				continue
			}
			after := newSubject(next.text)
			if err := undo(s, after, at, &back); err != nil {
				return failure(s, after.Document, e, err)
			}
			if s = after; len(s.text) > 4000 {
				break
			}
		}
		return nil
	})
	c.report(t, "sequences", 0.01, 0.005)
	back.report(t, "set back", 0.03, 0.02)
}

// undo sets what an edit changed back to what it was, and compares what the document means.
func undo(before, after *subject, at spot, c *tally) error {
	e := Edit{Path: at.path, Whole: true}
	switch {
	case at.node != nil:
		if e.Value = valueOf(at.node); e.Value == nil {
			return nil // it cannot be written
		}
	case at.parent == nil:
		return nil
	default:
		e.Path = at.path[:len(before.pathOf(at.parent))+1]
	}
	undone, err := after.Edit(e)
	if err != nil {
		return c.refuse(err)
	}
	c.done++
	if was, is := valueOf(before.Root), valueOf(undone.Root); was != nil && is != nil && dumpValue(was) != dumpValue(is) {
		return fmt.Errorf("setting back gives\n%q", undone.text)
	}
	return nil
}

// valueOf returns what a node means, nil if it has a meaning that cannot be written.
func valueOf(n *Node) *Value {
	switch n.Kind {
	case Alias:
		return nil
	case Scalar:
		r, issue := Resolve(n, 0, 0)
		if issue != nil {
			return nil
		}
		if r.Kind == String {
			return &Value{Text: r.Text}
		}
		v := verbatim(n.Value)
		if n.absent() {
			v.Text = "null"
		}
		if n.Style != Plain || n.Tag != "" {
			return nil
		}
		return v
	}
	v := &Value{Kind: n.Kind}
	for i, c := range n.Content {
		if n.Kind == Mapping && i%2 == 0 {
			text, ok := keyText(c)
			r, _ := Resolve(c, 0, 0)
			if !ok || r.Kind != String || c.IsMerge() || slices.Contains(v.Keys, text) {
				return nil
			}
			v.Keys = append(v.Keys, text)
			continue
		}
		item := valueOf(c)
		if item == nil {
			return nil
		}
		v.Items = append(v.Items, item)
	}
	return v
}

// TestEncryptAndDecrypt replaces every scalar by an envelope, all at once, and puts the texts back in double
// quotes. The tree is the same again.
func TestEncryptAndDecrypt(t *testing.T) {
	t.Parallel()
	var c tally
	check := func(s *subject, _ *generator) error {
		var encrypt, decrypt []Edit
		for _, at := range s.spots() {
			if at.node == nil || at.node.Kind != Scalar || at.node.Anchor != "" || at.node.Tag != "" {
				continue
			}
			if r, issue := Resolve(at.node, 0, 0); issue != nil || r.Kind != String {
				continue
			}
			encrypt = append(encrypt, Edit{Path: at.path, Value: envelope("ZXNjeAAAAAEAAAEA")})
			decrypt = append(decrypt, Edit{Path: at.path, Value: quoted(at.node.Value)})
		}
		if len(encrypt) == 0 {
			return nil
		}
		secret, err := s.Edit(encrypt...)
		if err != nil {
			return c.refuse(err)
		}
		clear, err := secret.Edit(decrypt...)
		if err != nil {
			return c.refuse(err)
		}
		c.done++
		l, _ := s.layout()
		if err := keptComments(l, clear, 0, 0); err != nil {
			return failure(s, clear, encrypt[0], err)
		}
		if lines(clear.text) > lines(s.text) || lines(secret.text) > lines(s.text) {
			return failure(s, secret, encrypt[0], errors.New("lines are added"))
		}
		if was, is := valueOf(s.Root), valueOf(clear.Root); was != nil && (is == nil || dumpValue(was) != dumpValue(is)) {
			return failure(s, clear, encrypt[0], errors.New("the tree is another one"))
		}
		return nil
	}
	for _, sample := range corpus(t) {
		if s := newSubject(sample.text); s != nil && !sample.misfit {
			if err := check(s, nil); err != nil {
				t.Errorf("%s: %v", sample.name, err)
			}
		}
	}
	forSubjects(t, 20_000, false, check)
	forSubjects(t, 20_000, true, check)
	c.report(t, "encrypt and decrypt", 0.05, 0.02)
}

// lines counts the lines of a text.
func lines(s string) int {
	return strings.Count(strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n"), "\n")
}
