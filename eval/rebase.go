package eval

import "github.com/escapement-go/escapement/eval/internal/yamltext"

// onto makes the edits of a document in a newer text, step by step in both, so that each edit is compared with what it was
// made on. It fails if that is not there any more.
func (d *Document) onto(newest *Document) (*Document, error) {
	done := d.drafted()
	if done.whole {
		return d.withStates(newest)
	}
	mine, theirs := done.origin, newest
	for _, edits := range done.edits {
		var wanted []yamltext.Edit
		for _, edit := range edits {
			switch {
			case untouched(mine, theirs.text(), edit.Path):
				wanted = append(wanted, edit)
			case !settled(done.text, theirs.text(), edit.Path):
				return nil, conflict(d.name, edit.Path)
			}
		}
		var err error
		if theirs, err = theirs.edit(wanted...); err != nil {
			return nil, conflict(d.name, edits[0].Path) // what could be edited before cannot be any more
		}
		if mine, err = mine.Edit(edits...); err != nil {
			return nil, d.failure("", nil, err, nil)
		}
	}
	x := theirs.drafted()
	x.seals = done.seals
	return theirs.with(x), nil
}

// untouched reports whether what is at a place is the same in a text and a newer one, and the way to it too. An index means
// another item once items have come or gone before it, so the items on the way are compared as a whole.
func untouched(old, new *yamltext.Document, place []any) bool {
	for i := range place {
		a, b := old.Lookup(place[:i]), new.Lookup(place[:i])
		if a == nil || a.Kind == yamltext.Scalar {
			break // nothing was there yet
		}
		if b == nil || a.Kind != b.Kind {
			return false
		}
		if i > 0 && isIndex(place[i-1]) && !yamltext.Same(a, b) {
			return false
		}
	}
	return yamltext.Same(old.Lookup(place), new.Lookup(place))
}

// settled reports whether the newer text has what is wanted at a place already. Of a list that is edited, all of it counts.
func settled(want, new *yamltext.Document, place []any) bool {
	for i, step := range place {
		if isIndex(step) {
			place = place[:i]
			break
		}
	}
	return yamltext.Same(want.Lookup(place), new.Lookup(place))
}

func isIndex(step any) bool {
	_, ok := step.(int)
	return ok
}
