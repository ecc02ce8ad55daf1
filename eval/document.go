package eval

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"strings"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/eval/internal/yamltext"
)

// A Document is the text of one environment, to be edited. An edit changes the bytes of what it is about and no other:
// comments, blank lines, quotes, indentation, line ends and the order of keys stay. It is made only if two independent
// readers of YAML agree on the result; otherwise the error, a [Diagnostics] with the code "not-writable", says where and
// why, and what to do instead.
//
// A Document is immutable and safe for concurrent use: edits return a new one. [Evaluator.Document] loads one,
// [Evaluator.Save] saves it, [Evaluator.CheckDocument] says what is wrong with it.
//
// Paths are those of references, such as `app.hosts[0]` or `app["fn::secret"]`, and begin under "values", except that
// `imports` leads to the document's own imports. An index equal to the length of a list appends.
//
// A Document prints as its name, whatever the verb; [Document.Bytes] is the way to its text, which may hold secrets.
//
// The zero Document is without text and without a name.
type Document struct {
	name   string
	limits Limits       // that texts must keep
	draft  func() draft // a function, since printers that go by reflection see through everything else
}

// A draft is the text of a document and how it came about.
type draft struct {
	text   *yamltext.Document
	origin *yamltext.Document // what the edits began with
	edits  [][]yamltext.Edit  // that led from origin to text, one step after the other
	whole  bool               // the text was replaced, not edited
	seals  seals              // of what Decrypt decrypted
}

// with returns a document that differs in its draft.
func (d Document) with(x draft) *Document {
	d.draft = func() draft { return x }
	return &d
}

// drafted returns the draft.
func (d *Document) drafted() draft {
	if d.draft == nil {
		empty, _ := yamltext.Parse(nil, d.limits.withDefaults().syntax().Limits)
		return draft{text: empty, origin: empty}
	}
	return d.draft()
}

func (d *Document) text() *yamltext.Document { return d.drafted().text }

// Parse reads the text of an environment, within the default [Limits]. Its name says where errors are and goes to the
// [Crypter]. An error is a [Diagnostics]: the name is none, or the text is not the YAML of one document. Whether that
// document is an environment is not checked; see [Evaluator.CheckDocument].
func Parse(name string, src []byte) (*Document, error) {
	canonical, err := canonicalName(name)
	if err != nil {
		return nil, err
	}
	return parseDocument(canonical, src, Limits{}.withDefaults())
}

func canonicalName(name string) (string, error) {
	canonical, ok := syntax.CanonicalName(name)
	if !ok {
		return "", Diagnostics{{
			Code: "invalid-environment-name", Message: "invalid environment name " + quoted(name), Hint: syntax.NameHint,
		}}
	}
	return canonical, nil
}

func parseDocument(name string, src []byte, limits Limits) (*Document, error) {
	text, found := yamltext.Parse(src, limits.syntax().Limits)
	d := Document{name: name, limits: limits}.with(draft{text: text, origin: text})
	issues := make([]syntax.Issue, len(found))
	for i := range found {
		issues[i].Issue = found[i]
	}
	if err := d.diagnostics(issues).Err(); err != nil {
		return nil, err
	}
	return d, nil
}

// Name returns the canonical name of the environment.
func (d *Document) Name() string { return d.name }

// Bytes returns the text.
func (d *Document) Bytes() []byte { return d.text().Bytes() }

// Format prints the name of the environment, whatever the verb.
func (d Document) Format(f fmt.State, _ rune) { io.WriteString(f, d.description()) }

// LogValue makes a log show the name of the environment.
func (d Document) LogValue() slog.Value { return slog.StringValue(d.description()) }

func (d Document) description() string { return "document " + quoted(d.name) }

// Replace returns a document with another text, such as a person's edit of the first. If that was decrypted, secrets that
// are still in the new text are encrypted into the same bytes as before. Errors are those of [Parse].
func (d *Document) Replace(src []byte) (*Document, error) {
	next, err := parseDocument(d.name, src, d.limits.withDefaults())
	if err != nil {
		return nil, err
	}
	from := d.drafted()
	return d.with(draft{text: next.text(), origin: from.origin, whole: true, seals: from.seals}), nil
}

// Set writes data at a path: what a provider may return, which is nil, a bool, a number, a string, []any or map[string]any,
// with [schema.Secret] for what is secret. What is written evaluates to the same data: in strings and keys "$" is doubled,
// and secrets are encrypted by the crypter, which may be nil if there are none. Missing objects and lists on the path are
// added. Of an object that is written over another, the members that stay keep their comments, order and style.
//
// The error is a [Diagnostics], or that of the context if it has ended.
func (d *Document) Set(ctx context.Context, path string, data any, crypter Crypter) (*Document, error) {
	place, err := d.place(path)
	if err != nil {
		return nil, err
	}
	w := dataWriter{ctx: ctx, crypter: crypter, environment: d.name, limits: d.limits.withDefaults(), writing: yamltext.Readable}
	value, err := w.write(data)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case err != nil:
		return nil, d.failure(path, place, err, w.secrets)
	}
	return d.editAt(path, place, value)
}

// SetText writes text of a document at a path: `${app.host}` is a reference, `5` a number, `{fn::secret: x}` a secret in plain
// text, which [Document.Encrypt] encrypts. Numbers keep their spelling. Comments, anchors and styles in the text are not
// kept; aliases and tags are refused, and so is a comment behind a scalar, which was perhaps meant to be part of it.
func (d *Document) SetText(path, text string) (*Document, error) {
	place, err := d.place(path)
	if err != nil {
		return nil, err
	}
	value, err := parseValue(text, d.limits.withDefaults())
	if err != nil {
		return nil, d.failure(path, place, err, nil)
	}
	return d.editAt(path, place, value)
}

// Delete removes what is at a path. The error has the code "no-value-at-path" if there is nothing.
func (d *Document) Delete(path string) (*Document, error) {
	place, err := d.place(path)
	if err != nil {
		return nil, err
	}
	if d.text().Lookup(place) == nil {
		return nil, Diagnostics{{
			Code: "no-value-at-path", Path: showPlace(place), Message: "no value at " + quoted(path), Hint: d.nearest(place),
		}}
	}
	return d.editAt(path, place, nil)
}

// editAt writes a value at the place of a path, or removes what is there if the value is nil.
func (d *Document) editAt(path string, place []any, value *yamltext.Value) (*Document, error) {
	if value != nil {
		if err := d.checkMembers(place); err != nil {
			return nil, d.failure(path, place, err, nil)
		}
	}
	next, err := d.edit(yamltext.Edit{Path: place, Value: value})
	if err != nil {
		return nil, d.failure(path, place, err, nil)
	}
	return next, nil
}

// checkMembers refuses a place within a call that is none of its arguments: a call has no members.
func (d *Document) checkMembers(place []any) error {
	for i := range place {
		n := d.text().Lookup(place[:i])
		if n == nil || n.Kind != yamltext.Mapping || len(n.Content) == 0 || d.text().Lookup(place[:i+1]) != nil {
			continue
		}
		if key := n.Content[0].Value; syntax.HasFunctionPrefix(key) {
			call := quoted(strings.TrimPrefix(showPlace(place[:i]), "values."))
			return errors.New(call + " is a call of " + quoted(key) + ", which has no members; write " + call + " as a whole")
		}
	}
	return nil
}

// edit makes one step.
func (d *Document) edit(edits ...yamltext.Edit) (*Document, error) {
	next := d.drafted()
	text, err := next.text.Edit(edits...)
	if err != nil {
		return nil, err
	}
	next.text, next.edits = text, append(slices.Clip(next.edits), edits)
	return d.with(next), nil
}

// place turns a path into the steps from the root of the document. Keys are taken as they are written there, where "$" may
// be doubled.
func (d *Document) place(path string) ([]any, error) {
	accessors, bad := syntax.ParsePath(path)
	if bad != nil {
		return nil, Diagnostics{{Code: bad.Code, Message: bad.Message, Hint: bad.Hint}}
	}
	place := []any{"values"}
	literal := accessors[0].Name != "imports"
	if !literal {
		place = nil
	}
	for _, a := range accessors {
		switch {
		case a.IsIndex():
			place = append(place, a.Index)
		case literal:
			place = append(place, d.key(place, a.Name))
		default:
			place = append(place, a.Name)
		}
	}
	return place, nil
}

// key returns how the document writes a key of the mapping at a place, or would write it.
func (d *Document) key(place []any, name string) string {
	if n := d.text().Lookup(place); n != nil && n.Kind == yamltext.Mapping {
		for i := 0; i < len(n.Content); i += 2 {
			if text, ok := syntax.Literal(n.Content[i].Value); ok && text == name {
				return n.Content[i].Value
			}
		}
	}
	return syntax.Escape(name)
}

// nearest is the hint for a place where nothing is: the name nearest to the first step that leads nowhere.
func (d *Document) nearest(place []any) string {
	for i, step := range place {
		name, ok := step.(string)
		if d.text().Lookup(place[:i+1]) != nil || !ok {
			continue
		}
		names := []string{}
		if n := d.text().Lookup(place[:i]); n != nil && n.Kind == yamltext.Mapping {
			for k := 0; k < len(n.Content); k += 2 {
				names = append(names, n.Content[k].Value)
			}
		}
		return didYouMean(name, names)
	}
	return ""
}

// failure is the error of an edit at a place; no path means the whole document. The secrets may be quoted in err.
func (d *Document) failure(path string, place []any, err error, secrets []string) error {
	what := "the document"
	if path != "" {
		what = quoted(path)
	}
	found := &Diagnostic{Code: "not-writable", Range: Range{Environment: d.name}, Path: showPlace(place)}
	refusal, crypt := (*yamltext.Refusal)(nil), (*cryptError)(nil)
	switch {
	case errors.As(err, &refusal):
		found.Message, found.Hint = refusal.Reason, refusal.Hint
		if refusal.Span.Begin.Line > 0 {
			found.Range, found.source = spanRange(d.name, refusal.Span), excerptOf(d.syntax())
		}
	case errors.As(err, &crypt):
		found.Code, found.Message, found.Hint, found.Err = crypt.code, crypt.text(secrets), crypt.hint, crypt.cause
	default:
		found.Message, found.Hint, _ = strings.Cut(err.Error(), "; ")
		found.Err = err
	}
	found.Message = "cannot write " + what + ": " + found.Message
	return Diagnostics{found}
}

// diagnostics says what is wrong with places of the document.
func (d *Document) diagnostics(issues []syntax.Issue) (ds Diagnostics) {
	if len(issues) == 0 {
		return nil
	}
	source := d.syntax() // once for all, since there may be thousands
	for _, issue := range issues {
		ds = append(ds, documentDiagnostic(source, issue))
	}
	return ds
}

// syntax reads the document as an environment, for excerpts that hide secrets.
func (d *Document) syntax() *syntax.Document {
	return newDocument(d.name, d.Bytes(), d.limits.withDefaults())
}
