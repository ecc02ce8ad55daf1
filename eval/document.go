package eval

import (
	"context"
	"errors"
	"slices"

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
type Document struct {
	name   string
	text   *yamltext.Document
	origin *yamltext.Document // what the edits began with
	edits  []yamltext.Edit    // that led from origin to text
	whole  bool               // the text was replaced, not edited
	sealed map[string]string  // the envelopes of what Decrypt decrypted, by place and plaintext
}

// Parse reads the text of an environment. Its name says where errors are and goes to the [Crypter]; it is canonical, such
// as myapp/dev. An error is a [Diagnostics]: the text is not the YAML of one document. Whether that document is an
// environment is not checked; see [Evaluator.CheckDocument].
func Parse(name string, src []byte) (*Document, error) {
	return parseDocument(name, src, Limits{}.withDefaults())
}

func parseDocument(name string, src []byte, limits Limits) (*Document, error) {
	text, issues := yamltext.Parse(src, limits.syntax().Limits)
	d := &Document{name: name, text: text, origin: text}
	var ds Diagnostics
	for _, issue := range issues {
		ds = append(ds, d.issue(syntax.Issue{Issue: issue}))
	}
	if err := ds.Err(); err != nil {
		return nil, err
	}
	return d, nil
}

// Name returns the name of the environment.
func (d *Document) Name() string { return d.name }

// Bytes returns the text.
func (d *Document) Bytes() []byte { return d.text.Bytes() }

// Replace returns a document with another text, such as a person's edit of the first. If that was decrypted, what it
// shares with the new text is encrypted into the same bytes as before. Errors are those of [Parse].
func (d *Document) Replace(src []byte) (*Document, error) {
	next, err := parseDocument(d.name, src, Limits{}.withDefaults())
	if err != nil {
		return nil, err
	}
	next.origin, next.sealed, next.whole = d.origin, d.sealed, true
	return next, nil
}

// Set writes data at a path: nil, a bool, a number, a string, []any or map[string]any, with [schema.Secret] for what is
// secret. What is written evaluates to the same data: in strings and keys "$" is doubled, and secrets are encrypted by the
// crypter, which may be nil if there are none. Missing mappings on the path are added.
func (d *Document) Set(ctx context.Context, path string, data any, crypter Crypter) (*Document, error) {
	place, err := d.place(path)
	if err != nil {
		return nil, err
	}
	w := dataWriter{ctx: ctx, crypter: crypter, environment: d.name, writing: yamltext.Readable}
	value, err := w.write(data)
	if err != nil {
		return nil, d.failure(path, err)
	}
	return d.edit(path, yamltext.Edit{Path: place, Value: value})
}

// SetText writes text of a document at a path: `${app.host}` is a reference, `5` a number, `{fn::secret: x}` a secret.
// Comments, anchors and styles in the text are not kept; aliases and tags are refused.
func (d *Document) SetText(path, text string) (*Document, error) {
	place, err := d.place(path)
	if err != nil {
		return nil, err
	}
	value, err := parseValue(text)
	if err != nil {
		return nil, d.failure(path, err)
	}
	return d.edit(path, yamltext.Edit{Path: place, Value: value})
}

// Delete removes what is at a path. The error has the code "no-value-at-path" if there is nothing.
func (d *Document) Delete(path string) (*Document, error) {
	place, err := d.place(path)
	if err != nil {
		return nil, err
	}
	if d.text.Lookup(place) == nil {
		return nil, Diagnostics{{Code: "no-value-at-path", Message: "no value at " + quoted(path)}}
	}
	return d.edit(path, yamltext.Edit{Path: place})
}

func (d *Document) edit(path string, edits ...yamltext.Edit) (*Document, error) {
	text, err := d.text.Edit(edits...)
	if err != nil {
		return nil, d.failure(path, err)
	}
	next := *d
	next.text, next.edits = text, append(slices.Clip(d.edits), edits...)
	return &next, nil
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
	if n := d.text.Lookup(place); n != nil && n.Kind == yamltext.Mapping {
		for i := 0; i < len(n.Content); i += 2 {
			if text, ok := syntax.Literal(n.Content[i].Value); ok && text == name {
				return n.Content[i].Value
			}
		}
	}
	return syntax.Escape(name)
}

// failure is the error of an edit at a path; "" is the whole document.
func (d *Document) failure(path string, err error) error {
	what := "the document"
	if path != "" {
		what = quoted(path)
	}
	diagnostic := &Diagnostic{Code: "not-writable", Range: Range{Environment: d.name}, Path: path, Err: err}
	refusal, crypt := (*yamltext.Refusal)(nil), (*cryptError)(nil)
	switch {
	case errors.As(err, &refusal):
		diagnostic.Message, diagnostic.Hint, diagnostic.Err = refusal.Reason, refusal.Hint, nil
		if refusal.Span.Begin.Line > 0 {
			diagnostic.Range, diagnostic.source = spanRange(d.name, refusal.Span), excerptOf(d.syntax())
		}
	case errors.As(err, &crypt):
		diagnostic.Code, diagnostic.Message = crypt.code, crypt.message
	default:
		diagnostic.Message = err.Error()
	}
	diagnostic.Message = "cannot write " + what + ": " + diagnostic.Message
	return Diagnostics{diagnostic}
}

// issue is what is wrong with a place of the document.
func (d *Document) issue(issue syntax.Issue) *Diagnostic {
	return documentDiagnostic(d.syntax(), issue)
}

// syntax reads the document as an environment, for excerpts that hide secrets.
func (d *Document) syntax() *syntax.Document {
	return syntax.Parse(d.name, d.Bytes(), functionForms, Limits{}.withDefaults().syntax())
}
