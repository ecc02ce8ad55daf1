package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/escapement-go/escapement/eval"
)

type graphCmd struct {
	Env    string `arg:"" help:"Name of the environment, such as myapp/dev."`
	Format string `short:"f" enum:"mermaid,dot,json" default:"mermaid" help:"One of mermaid, dot, json."`
}

func (c *graphCmd) Help() string {
	return `Draws the environments that the environment imports or refers to, the providers and rotators that are called when it is
opened, and what these need of one another. No provider is called.

    esc graph myapp/dev                           for a Markdown file, in a block called mermaid
    esc graph myapp/dev -f dot | dot -Tsvg        for Graphviz
    esc graph myapp/dev -f json`
}

func (c *graphCmd) Run(ctx context.Context, g *cli) error {
	graph, err := g.evaluator().Graph(ctx, c.Env)
	if err == nil {
		g.printDiagnostics(os.Stderr, graph.Diagnostics)
	}
	if len(graph.Edges) == 0 && err != nil {
		return err
	}
	var printErr error
	switch c.Format {
	case "json":
		printErr = printJSON(os.Stdout, drawnOf(graph))
	case "dot":
		_, printErr = io.WriteString(os.Stdout, dot(graph))
	default:
		_, printErr = io.WriteString(os.Stdout, mermaid(graph))
	}
	return errors.Join(err, printErr)
}

// A drawn is what is printed of a graph as JSON.
type drawn struct {
	Nodes []drawnNode `json:"nodes"`
	Edges []drawnEdge `json:"edges"`
}

type drawnNode struct {
	Kind        eval.GraphNodeKind `json:"kind"`
	Environment string             `json:"environment"`
	Name        string             `json:"name,omitempty"`
	Path        string             `json:"path,omitempty"`
	Range       eval.Range         `json:"range,omitzero"`
	Missing     bool               `json:"missing,omitempty"`
}

type drawnEdge struct {
	From int                `json:"from"` // an index of nodes
	To   int                `json:"to"`
	Kind eval.GraphEdgeKind `json:"kind"`
}

func drawnOf(g *eval.Graph) drawn {
	d := drawn{[]drawnNode{}, []drawnEdge{}}
	for _, n := range g.Nodes {
		d.Nodes = append(d.Nodes, drawnNode(n))
	}
	for _, e := range g.Edges {
		d.Edges = append(d.Edges, drawnEdge(e))
	}
	return d
}

// mermaid draws a graph in the language of Mermaid.
func mermaid(g *eval.Graph) string {
	var b strings.Builder
	b.WriteString("graph LR\n")
	for i, n := range g.Nodes {
		open, close := "[", "]"
		switch n.Kind {
		case eval.ProviderNode:
			open, close = "([", "])"
		case eval.RotatorNode:
			open, close = "{{", "}}"
		}
		lines := nodeLabel(n)
		for i := range lines {
			lines[i] = mermaidText(lines[i])
		}
		label := strings.Join(lines, "<br/>")
		fmt.Fprintf(&b, "  n%d%s\"%s\"%s\n", i, open, label, close)
	}
	arrows := map[eval.GraphEdgeKind]string{
		eval.ImportsEdge: "-->|imports|", eval.UnmergedEdge: "-.->|imports, not merged|", eval.CycleEdge: "-.-x|imports, a cycle|",
		eval.RefersEdge: "-.->|refers to|", eval.HoldsEdge: "---", eval.NeedsEdge: "==>|needs|",
	}
	for _, e := range g.Edges {
		fmt.Fprintf(&b, "  n%d %s n%d\n", e.From, arrows[e.Kind], e.To)
	}
	return b.String()
}

// mermaidText writes a text for a label in quotes: but for what names are made of, the characters by their numbers.
func mermaidText(text string) string {
	var b strings.Builder
	for _, r := range visible(text) {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune(" _-./:@[]()", r) {
			b.WriteRune(r)
		} else {
			fmt.Fprintf(&b, "#%d;", r)
		}
	}
	return b.String()
}

// dot draws a graph in the language of Graphviz.
func dot(g *eval.Graph) string {
	var b strings.Builder
	b.WriteString("digraph environments {\n  rankdir=LR\n  node [shape=box]\n")
	for i, n := range g.Nodes {
		style := ""
		switch {
		case n.Missing:
			style = ", style=dashed"
		case n.Kind == eval.ProviderNode:
			style = ", style=rounded"
		case n.Kind == eval.RotatorNode:
			style = ", shape=hexagon"
		}
		fmt.Fprintf(&b, "  n%d [label=%s%s]\n", i, dotText(nodeLabel(n)), style)
	}
	styles := map[eval.GraphEdgeKind]string{
		eval.ImportsEdge: "label=imports", eval.UnmergedEdge: `label="imports, not merged", style=dashed`,
		eval.CycleEdge: `label="imports, a cycle", style=dashed, arrowhead=tee`, eval.RefersEdge: `label="refers to", style=dashed`,
		eval.HoldsEdge: "arrowhead=none", eval.NeedsEdge: "label=needs, style=bold",
	}
	for _, e := range g.Edges {
		fmt.Fprintf(&b, "  n%d -> n%d [%s]\n", e.From, e.To, styles[e.Kind])
	}
	b.WriteString("}\n")
	return b.String()
}

// dotText writes lines as a string.
func dotText(lines []string) string {
	for i := range lines {
		lines[i] = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(visible(lines[i]))
	}
	return `"` + strings.Join(lines, `\n`) + `"`
}

// nodeLabel returns the lines of a label.
func nodeLabel(n eval.GraphNode) []string {
	lines := []string{n.Environment}
	switch n.Kind {
	case eval.ProviderNode:
		lines = []string{"fn::open::" + n.Name, n.Path}
	case eval.RotatorNode:
		lines = []string{"fn::rotate::" + n.Name, n.Path}
	}
	if n.Missing {
		lines = append(lines, "(not loaded)")
	}
	return lines
}
