package eval

import (
	"bytes"
	"context"
	"errors"
	"io/fs"

	"github.com/escapement-go/escapement/eval/internal/syntax"
)

// Document loads the text of an environment, to be edited and saved. Errors are those of [Parse], within the Limits of the
// evaluator, and of the Loader, each as [Diagnostics]; a name with a version is refused, since versions do not change.
func (e *Evaluator) Document(ctx context.Context, name string) (*Document, error) {
	canonical, err := canonicalName(name)
	if err != nil {
		return nil, err
	}
	if err := checkChangeable(canonical, "change"); err != nil {
		return nil, err
	}
	return e.load(ctx, canonical)
}

// checkChangeable refuses to change a version, or to make one.
func checkChangeable(name, verb string) error {
	if plain, version := syntax.SplitVersion(name); version != "" {
		return Diagnostics{{
			Code: "pinned-version", Message: "cannot " + verb + " a version of an environment", Hint: verb + " " + quoted(plain),
		}}
	}
	return nil
}

func (e *Evaluator) load(ctx context.Context, name string) (*Document, error) {
	if e.Loader == nil {
		return nil, storeFailure("load-failed", "cannot load", name, errors.New("no loader is configured"), nil)
	}
	src, err := guarded(func() ([]byte, error) { return e.Loader.Load(ctx, name) })
	if err != nil {
		failed := storeFailure("load-failed", "cannot load", name, err, nil)
		failed[0].Hint = absentHint(name, err, func() []string { return e.listed(ctx) })
		return nil, failed
	}
	return parseDocument(name, src, e.Limits.withDefaults())
}

// CheckDocument is [Evaluator.Check] for the text of a document, saved or not, under its name.
func (e *Evaluator) CheckDocument(ctx context.Context, d *Document) (*Environment, error) {
	return e.evaluate(ctx, request{verb: checking, name: d.name, text: d.Bytes(), given: true})
}

// Save saves a document that was loaded and edited, if the Loader is a [Saver], and returns it as it was saved; a document
// without a change is not. If somebody else has saved the environment in between, the edits are made again in the newest
// text, so that nobody's change is lost. If they concern the very places that have changed, and differ, or items of a list
// that has changed around them, the error matches [ErrConflict] and nothing is written. If the whole text was given by
// [Document.Replace], every other change is such a conflict, but for new states of rotators, which are taken over; where they cannot
// be, the diagnostic has their path. A merged text is valid YAML in which all edits stand, but has not been checked.
//
// Other errors of the Saver are passed on, so that one matching [ErrUncertain] is found by errors.Is; the text may then have
// been written, and saving the same document again settles it. All errors are [Diagnostics].
func (e *Evaluator) Save(ctx context.Context, d *Document) (*Document, error) {
	if err := checkChangeable(d.name, "change"); err != nil {
		return nil, err
	}
	saver, ok := e.Loader.(Saver)
	if !ok {
		return nil, storeFailure("not-writable", "cannot save", d.name, errors.New("nothing is configured that can save"), nil)
	}
	for {
		old, new := d.drafted().origin.Bytes(), d.Bytes()
		if bytes.Equal(old, new) {
			return d.saved(), nil
		}
		err := guardedCall(func() error { return saver.Save(ctx, d.name, old, new) })
		switch {
		case err == nil:
			return d.saved(), nil
		case !errors.Is(err, ErrConflict):
			plain, _, _ := d.secrets()
			return nil, storeFailure("save-failed", "cannot save", d.name, err, texts(plain))
		case ctx.Err() != nil:
			return nil, storeFailure("save-failed", "cannot save", d.name, ctx.Err(), nil)
		}
		newest, err := e.load(ctx, d.name)
		if err != nil {
			return nil, err
		}
		if bytes.Equal(newest.Bytes(), old) {
			return nil, conflict(d.name, nil) // it has come and gone, or the Saver and its Load disagree
		}
		if d, err = d.onto(newest); err != nil {
			return nil, err
		}
	}
}

// Create makes the environment of a document, if the Loader is a [Creator], and returns the document as it was saved. If there is
// an environment of that name, with another text, the error has the code "environment-exists", matches fs.ErrExist, and nothing
// is written. The document is valid YAML, but it has not been checked.
//
// Of other errors the same is to be said as of those of [Evaluator.Save].
func (e *Evaluator) Create(ctx context.Context, d *Document) (*Document, error) {
	if _, err := canonicalName(d.name); err != nil {
		return nil, err // of the zero Document
	}
	if err := checkChangeable(d.name, "make"); err != nil {
		return nil, err
	}
	creator, ok := e.Loader.(Creator)
	if !ok {
		return nil, storeFailure("not-writable", "cannot make", d.name, errors.New("nothing is configured that can make environments"), nil)
	}
	err := guardedCall(func() error { return creator.Create(ctx, d.name, d.Bytes()) })
	switch {
	case err == nil:
		return d.saved(), nil
	case errors.Is(err, fs.ErrExist):
		return nil, Diagnostics{{
			Code: "environment-exists", Message: "there is an environment " + quoted(d.name) + " already", Hint: "choose another name", Err: err,
		}}
	}
	plain, _, _ := d.secrets()
	return nil, storeFailure("save-failed", "cannot make", d.name, err, texts(plain))
}

// saved is the document once its text is that of the environment.
func (d *Document) saved() *Document {
	x := d.drafted()
	return d.with(draft{text: x.text, origin: x.text, seals: x.seals})
}

// storeFailure is the error of a loader or saver, in which the secrets may be quoted.
func storeFailure(code, what, name string, err error, secrets []string) Diagnostics {
	message := what + " environment " + quoted(name) + ": " + visible(scrubbed(outsideText(err), secrets))
	return Diagnostics{{Code: code, Message: message, Err: err}}
}

func conflict(name string, place []any) error {
	what := "the environment"
	if place != nil {
		what = quoted(showPlace(place))
	}
	return Diagnostics{{
		Code: "save-conflict", Range: Range{Environment: name}, Path: showPlace(place), Err: ErrConflict,
		Message: "cannot save: " + what + " was changed by somebody else meanwhile",
		Hint:    "look at the new text, and make the change again if it is still wanted",
	}}
}

// showPlace prints a place as a path of the document.
func showPlace(place []any) string {
	var b []byte
	for _, step := range place {
		switch step := step.(type) {
		case int:
			b = syntax.AppendIndex(b, step)
		case string:
			b = syntax.AppendName(b, step)
		}
	}
	return string(b)
}
