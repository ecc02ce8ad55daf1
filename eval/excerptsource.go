package eval

import (
	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/eval/internal/yamltext"
)

// An excerptSource is a document from which excerpts are shown. Sources are comparable, and equal if they are of the
// same document.
type excerptSource interface {
	// LineText returns a line, counted from 1, without its line end and without a byte-order mark.
	LineText(n int) string
	// SecretSpans returns every part of a readable document that holds what may be meant as the plaintext of a secret.
	SecretSpans() []yamltext.Span
	// Readable reports whether the document is YAML, so that its secrets could be found.
	Readable() bool
}

// An excerpt is what is shown of a document beside a diagnostic.
type excerpt struct{ doc *syntax.Document }

func excerptOf(doc *syntax.Document) excerptSource { return excerpt{doc} }

func (e excerpt) LineText(n int) string { return e.doc.Source.LineText(n) }

func (e excerpt) SecretSpans() []yamltext.Span {
	spans := make([]yamltext.Span, len(e.doc.Secrets))
	for i, mark := range e.doc.Secrets {
		spans[i] = mark.Span()
	}
	return spans
}

func (e excerpt) Readable() bool { return e.doc.Source.Root != nil }
