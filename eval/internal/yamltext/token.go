package yamltext

import (
	"fmt"

	"github.com/goccy/go-yaml/lexer"
	lexed "github.com/goccy/go-yaml/token"
)

// token is one token of a document with its exact range.
type token struct {
	kind       tokenKind
	text       string // scalars: what they mean; headers, tags and names: how they are written
	begin, end int    // bytes of the document's text
}

// tokenKind says what a token is: an indicator by itself, or one of the constants.
type tokenKind byte

const (
	wordToken    tokenKind = 'a' // a plain scalar, or the name after "&" and "*"
	contentToken tokenKind = '$' // the lines of a block scalar
	startToken   tokenKind = 'S' // "---"
	endToken     tokenKind = 'E' // "..."

	commentToken tokenKind = '#'
	tagToken     tokenKind = '!' // the whole tag
	singleToken  tokenKind = '\''
	doubleToken  tokenKind = '"'
	literalToken tokenKind = '|' // the header
	foldedToken  tokenKind = '>' // the header
)

// kinds holds the tokens that need no more than a look at their text. Those that are in neither
// this table nor a case of aligner.take are words.
var kinds = map[lexed.Type]tokenKind{
	lexed.DocumentHeaderType: startToken,
	lexed.DocumentEndType:    endToken,
	lexed.SequenceEntryType:  '-',
	lexed.MappingKeyType:     '?',
	lexed.MappingValueType:   ':',
	lexed.CollectEntryType:   ',',
	lexed.SequenceStartType:  '[',
	lexed.SequenceEndType:    ']',
	lexed.MappingStartType:   '{',
	lexed.MappingEndType:     '}',
	lexed.AnchorType:         '&',
	lexed.AliasType:          '*',
	lexed.TagType:            tagToken,
	lexed.LiteralType:        literalToken,
	lexed.FoldedType:         foldedToken,
}

// misfitError says where two readings of a document disagree. Such a document has no exact ranges.
type misfitError struct {
	pos Pos
}

func (e *misfitError) Error() string {
	return fmt.Sprintf("the text at line %d, column %d can be read in two ways", e.pos.Line, e.pos.Column)
}

// tokenize cuts the text of a document into tokens, comments included.
func tokenize(d *Document) ([]token, error) {
	t := normalize(d)
	m, ok := newMask(d)
	if !ok {
		return nil, &misfitError{d.index().pos(0)}
	}
	masked, ok := m.apply(d, t)
	if !ok {
		return nil, &misfitError{d.index().pos(0)}
	}
	a := &aligner{normal: t, mask: m}
	for _, tk := range lexer.Tokenize(masked) {
		if !a.take(tk) {
			return nil, &misfitError{d.index().pos(t.bytes[a.i])}
		}
	}
	if !a.finish() {
		return nil, &misfitError{d.index().pos(t.bytes[a.i])}
	}
	return a.tokens, nil
}
