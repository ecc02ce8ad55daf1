package eval

import (
	"cmp"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/eval/internal/yamltext"
)

// Limits bound what an operation may take, so that no document exhausts the host. A zero field means its default.
// Exceeding a limit is an error diagnostic. Numbers mean "at most".
type Limits struct {
	Bytes       int // of one document; 1 MiB
	Depth       int // of nesting, in documents, JSON texts and values; 100
	Nodes       int // of one document, with aliases expanded, keys counted; 500,000
	Imports     int // distinct environments loaded beside the root; 200
	Digits      int // of a number; 1,000
	Exponent    int // of a number, up or down; 9,999
	StringBytes int // of one string; 4 MiB
	ValueBytes  int // of one value and of the whole result, 16 bytes a node and its text; 64 MiB
	Steps       int // expressions evaluated, and elements that functions produce; 1,000,000
	Concurrency int // loads, calls and decryptions under way at a time; 64
}

func (l Limits) withDefaults() Limits {
	return Limits{
		Bytes:       cmp.Or(l.Bytes, 1<<20),
		Depth:       cmp.Or(l.Depth, 100),
		Nodes:       cmp.Or(l.Nodes, 500_000),
		Imports:     cmp.Or(l.Imports, 200),
		Digits:      cmp.Or(l.Digits, 1_000),
		Exponent:    cmp.Or(l.Exponent, 9_999),
		StringBytes: cmp.Or(l.StringBytes, 4<<20),
		ValueBytes:  cmp.Or(l.ValueBytes, 64<<20),
		Steps:       cmp.Or(l.Steps, 1_000_000),
		Concurrency: cmp.Or(l.Concurrency, 64),
	}
}

func (l Limits) syntax() syntax.Limits {
	return syntax.Limits{
		Limits:   yamltext.Limits{Bytes: l.Bytes, Depth: l.Depth, Nodes: l.Nodes},
		Digits:   l.Digits,
		Exponent: l.Exponent,
	}
}
