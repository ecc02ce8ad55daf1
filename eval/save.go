package eval

import (
	"bytes"
	"context"
	"errors"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/eval/internal/yamltext"
)

// Document loads the text of an environment, to be edited and saved. Errors are those of [Parse] and of the Loader, each as
// [Diagnostics]; a name with a version is refused, since versions do not change.
func (e *Evaluator) Document(ctx context.Context, name string) (*Document, error) {
	canonical, ok := syntax.CanonicalName(name)
	if !ok {
		return nil, Diagnostics{{
			Code: "invalid-environment-name", Message: "invalid environment name " + quoted(name), Hint: syntax.NameHint,
		}}
	}
	if _, version := syntax.SplitVersion(canonical); version != "" {
		return nil, Diagnostics{{
			Code: "pinned-version", Message: "a version of an environment cannot be changed", Hint: "leave out " + quoted("@"+version),
		}}
	}
	return e.load(ctx, canonical)
}

func (e *Evaluator) load(ctx context.Context, name string) (*Document, error) {
	if e.Loader == nil {
		return nil, storeFailure("load-failed", "cannot load", name, errors.New("no loader is configured"))
	}
	src, err := e.Loader.Load(ctx, name)
	if err != nil {
		return nil, storeFailure("load-failed", "cannot load", name, err)
	}
	return parseDocument(name, src, e.Limits.withDefaults())
}

// CheckDocument is [Evaluator.Check] for the text of a document, saved or not, under its name.
func (e *Evaluator) CheckDocument(ctx context.Context, d *Document) (*Environment, error) {
	return e.evaluate(ctx, request{verb: checking, name: d.name, text: d.Bytes(), given: true})
}

// Save saves a document that was loaded and edited, if the Loader is a [Saver], and returns it as it was saved. If somebody
// else has saved the environment in between, the edits are made again in the newest text, so that nobody's change is lost.
// If they concern the very places that have changed, and differ, the error matches [ErrConflict] and nothing is written;
// likewise if the whole text was given by [Document.Replace]. Other errors of the Saver are passed on, so that one matching
// [ErrUncertain] is found by errors.Is; the text may then have been written. All errors are [Diagnostics].
func (e *Evaluator) Save(ctx context.Context, d *Document) (*Document, error) {
	saver, ok := e.Loader.(Saver)
	if !ok {
		return nil, storeFailure("not-writable", "cannot save", d.name, errors.New("nothing is configured that can save"))
	}
	for {
		if bytes.Equal(d.Bytes(), d.origin.Bytes()) {
			return d, nil
		}
		err := saver.Save(ctx, d.name, d.origin.Bytes(), d.Bytes())
		switch {
		case err == nil:
			return &Document{name: d.name, text: d.text, origin: d.text}, nil
		case !errors.Is(err, ErrConflict):
			return nil, storeFailure("save-failed", "cannot save", d.name, err)
		}
		newest, err := e.load(ctx, d.name)
		if err != nil {
			return nil, err
		}
		if d, err = d.onto(newest); err != nil {
			return nil, err
		}
	}
}

// onto makes the edits of a document in a newer text. It fails if that has changed where they were made.
func (d *Document) onto(newest *Document) (*Document, error) {
	if d.whole {
		return nil, conflict(d.name, "")
	}
	var edits []yamltext.Edit
	for _, edit := range d.edits {
		now := newest.text.Lookup(edit.Path)
		switch {
		case yamltext.Same(now, d.origin.Lookup(edit.Path)):
			edits = append(edits, edit)
		case !yamltext.Same(now, d.text.Lookup(edit.Path)):
			return nil, conflict(d.name, showPlace(edit.Path))
		}
	}
	return newest.edit("", edits...)
}

// showPlace prints the place of an edit as a path of the document.
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

func conflict(name, path string) error {
	what := "the environment was changed meanwhile"
	if path != "" {
		what = quoted(path) + " was changed meanwhile"
	}
	return Diagnostics{{
		Code: "save-conflict", Range: Range{Environment: name}, Path: path, Err: ErrConflict,
		Message: "cannot save: " + what, Hint: "look at the new text, and do it again if it is still wanted",
	}}
}

// storeFailure is the error of a loader or saver.
func storeFailure(code, what, name string, err error) error {
	d := &Diagnostic{Code: code, Message: what + " environment " + quoted(name) + ": " + visible(outsideText(err)), Err: err}
	return Diagnostics{d}
}
