package yamltext

import (
	"errors"
	"slices"
)

// Edit is one change: the value at Path becomes Value, is added, or is removed. Mappings that are
// missing on the path are created, also in place of a null.
type Edit struct {
	// Path leads to the value: a string is the key of a mapping as YAML reads it, an int the index of
	// an item, and an index equal to the length of a list appends. The empty path is the document.
	Path []any
	// Value is what to write; nil removes.
	Value *Value
	// Whole replaces a mapping as a whole. Otherwise one over another is changed leaf by leaf: what
	// stays keeps comments, order and style, members that are new go last.
	Whole bool

	keys Writing // of the mapping that the last key of Path belongs to
}

// Edit returns the document after some edits, one after the other, read with the same limits. The
// document itself does not change, and every byte that the edits need not touch is the same. A value
// that is already there, and the removal of one that is not, change nothing. All edits are done, or
// none: an error is a [*Refusal].
//
// The result is never a guess: two readers agree that it holds what was asked for, and all else as
// it was. Cost grows linearly with the text; edits that do not get into each other's way cost hardly
// more than one.
func (d *Document) Edit(edits ...Edit) (*Document, error) {
	if d.unreadable {
		return nil, refuse(unreadableDocument, Span{})
	}
	for _, e := range edits {
		if err := e.check(); err != nil {
			return nil, err
		}
	}
	if len(edits) == 0 {
		return d, nil
	}
	return d.editAll(edits)
}

// HasComments reports whether there are comments in the text, as far as its tokens tell.
func (d *Document) HasComments() bool {
	l, err := d.layout()
	return err == nil && len(l.comments) > 0
}

// errApart says that edits cannot be computed on the same tree.
var errApart = errors.New("edits get into each other's way")

// editAll makes all edits at once, or else one half of them after the other.
func (d *Document) editAll(edits []Edit) (*Document, error) {
	next, err := d.editTogether(edits, attempt{})
	if err == nil {
		return next, nil
	}
	if len(edits) == 1 {
		return d.editAlone(edits[0], err)
	}
	half := len(edits) / 2
	if next, err = d.editAll(edits[:half]); err != nil {
		return nil, err
	}
	return next.editAll(edits[half:])
}

// editAlone makes one edit that cannot be made in the first way: leaf after leaf, as a whole, and
// with every other attempt.
func (d *Document) editAlone(e Edit, err error) (*Document, error) {
	if leaves := e.leaves(d.find(e.Path)); leaves != nil {
		// An alias may make a key of a leaf that changed, and so another mapping of this one.
		if next, err := d.editAll(leaves); err == nil && e.Value.equals(next.find(e.Path)) {
			return next, nil
		}
		e.Whole = true
		next, wholeErr := d.editTogether([]Edit{e}, attempt{})
		if wholeErr == nil {
			return next, nil
		}
		err = wholeErr
	}
	for _, a := range attempts {
		if next, err := d.editTogether([]Edit{e}, a); err == nil {
			return next, nil
		}
	}
	if err == errApart {
		return nil, refuse(otherMeaning, Span{})
	}
	return nil, err
}

// editTogether computes all edits on the tree as it is, applies them together and checks the result
// once.
func (d *Document) editTogether(edits []Edit, a attempt) (*Document, error) {
	l, err := d.layout()
	if err != nil {
		return nil, misfitRefusal(err)
	}
	w := newWanted(d, a.other)
	editor := &editor{Document: d, layout: l, attempt: a, pen: d.habits(l)}
	editor.pen.quoted = a.quoted
	var splices []splice
	for _, e := range edits {
		steps, err := w.apply(e)
		if err != nil {
			return nil, err
		}
		for _, s := range steps {
			more, err := editor.splices(s)
			if err != nil {
				return nil, err
			}
			splices = append(splices, more...)
		}
	}
	if len(splices) == 0 {
		return d, nil
	}
	if n := w.orphan(); n != nil {
		return nil, refuse(anchorInUse, d.Span(n))
	}
	return d.spliced(splices, w)
}

// spliced applies splices and returns the result if it is what is wanted.
func (d *Document) spliced(splices []splice, w *wanted) (*Document, error) {
	text, ok := join(d.text, splices)
	if !ok {
		return nil, errApart
	}
	place := d.index().span(splices[0].begin, splices[0].end)
	next, issues := Parse([]byte(text), d.limits)
	switch {
	case next.unreadable && slices.Contains([]string{"document-too-large", "too-deep", "too-many-nodes"}, issues[0].Code):
		return nil, refuse(beyondLimits, place)
	case next.unreadable || !w.isIn(next):
		return nil, refuse(otherMeaning, place)
	}
	if _, err := next.layout(); err != nil {
		return nil, refuse(otherMeaning, place)
	}
	if !slices.Equal(d.commentsOutside(splices), next.commentsOutside(nil)) {
		return nil, refuse(otherMeaning, place)
	}
	return next, nil
}
