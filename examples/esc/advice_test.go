package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/eval"
)

// TestNews prints what several environments have in common: what is the same is said once, and so is what to do.
func TestNews(t *testing.T) {
	at := func(line int, code, message string) *eval.Diagnostic {
		place := eval.Pos{Line: line, Column: 1}
		return &eval.Diagnostic{Range: eval.Range{Environment: "base", Begin: place, End: place}, Code: code, Message: message}
	}
	first := eval.Diagnostics{
		at(1, "provider-failed/denied", "refused (request 1)"), at(2, "missing-property", "a"), at(2, "missing-property", "b"),
		at(3, "not-rotated", "not rotated yet"), {Code: "no-value-at-path", Message: "no value"},
	}
	second := eval.Diagnostics{
		at(1, "provider-failed/denied", "refused (request 2)"), at(2, "missing-property", "a"), at(4, "not-rotated", "not rotated yet"),
		{Code: "no-value-at-path", Message: "no value"},
	}
	c := new(cli)
	var all, other strings.Builder
	c.printDiagnostics(&all, first)
	c.printDiagnostics(&all, second)
	c.printDiagnostics(&other, second[:1])
	want := `base:1:1: error: refused (request 1) [provider-failed/denied]
base:2:1: error: a [missing-property]
base:2:1: error: b [missing-property]
base:3:1: error: not rotated yet [not-rotated]
hint: run esc rotate base
error: no value [no-value-at-path]
base:4:1: error: not rotated yet [not-rotated]
error: no value [no-value-at-path]
`
	if diff := cmp.Diff(want, all.String()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff("base:1:1: error: refused (request 2) [provider-failed/denied]\n", other.String()); diff != "" {
		t.Error(diff)
	}
}
