package yamltext

import "errors"

// Refusal says why an edit cannot be written. Its texts quote nothing of the document.
type Refusal struct {
	Reason string // why it cannot be written
	Hint   string // what to do instead
	Span   Span   // where the reason lies; zero if that is no place
}

// Error returns the reason and the hint.
func (r *Refusal) Error() string {
	return r.Reason + "; " + r.Hint
}

// reason is why edits are refused, and what to do instead.
type reason struct {
	text, hint string
}

var (
	unreadableDocument = reason{"the document cannot be read", "correct its errors first"}
	ambiguousText      = reason{"the text can be read in two ways", "write what stands here in another way"}
	otherMeaning       = reason{"what stands around it would be read in another way", "edit this place by hand"}
	beyondLimits       = reason{"the document would become larger than its limits", "write less, or raise the limits"}

	aliasOnPath    = reason{"the path leads through an alias", "edit the value that the alias names, or replace the alias"}
	scalarOnPath   = reason{"the path leads into a value that has no such members", "replace that value"}
	repeatedKey    = reason{"the key stands here twice", "remove one of the two"}
	noSuchItem     = reason{"the list has no such item", "use an index up to its length"}
	noDocument     = reason{"a document cannot be removed", "remove its members"}
	anchorInUse    = reason{"an alias elsewhere names an anchor in it", "replace the alias first"}
	tagFirst       = reason{"its tag stands before its anchor", "write the anchor first"}
	noColon        = reason{"its key has no colon", "write `:` on the line below the key"}
	longKey        = reason{"its key covers several lines and has no colon", "write the key on one line, with a colon"}
	singlePair     = reason{"a pair without braces can have no second member", "put it in braces"}
	commentBetween = reason{"a comment stands between it and what follows", "move the comment above both"}

	badValue = reason{"the value is no tree of YAML", "give every key one value, and every value a kind"}
	notUTF8  = reason{"the text is not valid UTF-8", "encode it, as base64 for example"}
)

func refuse(r reason, at Span) *Refusal {
	return &Refusal{Reason: r.text, Hint: r.hint, Span: at}
}

// misfitRefusal refuses to edit a document whose ranges are not exact.
func misfitRefusal(err error) *Refusal {
	r := refuse(ambiguousText, Span{})
	var misfit *misfitError
	if errors.As(err, &misfit) {
		r.Span = Span{Begin: misfit.pos, End: misfit.pos}
	}
	return r
}
