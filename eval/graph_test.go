package eval_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
)

// TestGraph compares graphs with testdata/graph. Each is drawn twice, and has to come out the same.
func TestGraph(t *testing.T) {
	toldCorpus(t, "testdata/graph", func(host *evaltest.Host, args []string) string {
		g, err := host.Evaluator().Graph(t.Context(), args[0])
		told := graphText(g, err)
		again, err := host.Evaluator().Graph(t.Context(), args[0])
		if diff := cmp.Diff(told, graphText(again, err)); diff != "" {
			t.Errorf("the second time: %s", diff)
		}
		return told
	})
}

func graphText(g *eval.Graph, err error) string {
	var b strings.Builder
	for i, n := range g.Nodes {
		fmt.Fprintf(&b, "%d %s %s%s%s%s\n", i, n.Kind, n.Environment, note(n.Name != "", n.Name),
			note(!n.Range.IsZero(), n.Path+" "+shortRange(n.Range)), note(n.Missing, "missing"))
	}
	for _, e := range g.Edges {
		fmt.Fprintf(&b, "%d %s %d\n", e.From, e.Kind, e.To)
	}
	writeDiagnostics(&b, g.Diagnostics, err)
	return b.String()
}
