package eval_test

import (
	"context"
	"fmt"
	"strings"
	"testing/fstest"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
)

// Where a value comes from, and what it is made of.
func ExampleEvaluator_Explain() {
	e := &eval.Evaluator{Loader: eval.FS(fstest.MapFS{
		"web/base.yaml": {Data: []byte("values:\n  host: localhost\n")},
		"web/live.yaml": {Data: []byte("imports: [web/base]\nvalues:\n  host: web-1\n  url: https://${host}/\n")},
	})}
	explanation, err := e.Explain(context.Background(), "web/live", "url")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(explanation.Path, explanation.Value)
	for _, reference := range explanation.Layers[0].References {
		for _, layer := range reference.To.Layers {
			fmt.Printf("%s: %s in %s:%d %s\n", reference.Path, layer.Literal, layer.Range.Environment, layer.Range.Begin.Line, layer.Role)
		}
	}
	// Output:
	// url "https://web-1/"
	// host: "web-1" in web/live:3 value
	// host: "localhost" in web/base:2 overridden
}

// What opening an environment takes.
func ExampleEvaluator_Graph() {
	host := &evaltest.Host{Files: map[string]string{
		"app/login": "values: {token: {fn::open::vault: {path: a/b}}}",
		"app/live":  "imports: [app/login]\nvalues: {answer: {fn::open::echo: {token: '${token}'}}}",
	}}
	graph, err := host.Evaluator().Graph(context.Background(), "app/live")
	if err != nil {
		fmt.Println(err)
		return
	}
	name := func(i int) string { return strings.TrimSpace(graph.Nodes[i].Name + " " + graph.Nodes[i].Environment) }
	for _, edge := range graph.Edges {
		fmt.Println(name(edge.From), edge.Kind, name(edge.To))
	}
	// Output:
	// app/live imports app/login
	// app/live holds echo app/live
	// app/login holds vault app/login
	// echo app/live needs vault app/login
}
