package eval_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awslogin"
)

// What an editor shows where the mouse is.
func ExampleEvaluator_At() {
	var e eval.Evaluator
	text := []byte("values:\n  host: localhost\n  url: https://${host}/\n")
	place, err := e.At(context.Background(), "web/live", text, 3, 20)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(place.Reference, place.Value, "from line", place.Definition.Begin.Line)
	// Output:
	// host "localhost" from line 2
}

// What an editor offers while somebody types. The text is no document yet.
func ExampleEvaluator_Complete() {
	var e eval.Evaluator
	text := []byte("values:\n  app: {host: localhost, port: 8080}\n  url: https://${app.\n")
	completions, err := e.Complete(context.Background(), "web/live", text, 3, 22)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, c := range completions {
		fmt.Println(c.Text)
	}
	// Output:
	// host
	// port
}

// A JSON Schema for editors that know nothing but YAML.
func ExampleEvaluator_LanguageSchema() {
	e := &eval.Evaluator{Providers: map[string]providers.Provider{"aws-login": &awslogin.Provider{}}}
	text, err := e.LanguageSchema()
	if err != nil {
		fmt.Println(err)
		return
	}
	var schema struct {
		Properties map[string]json.RawMessage `json:"properties"`
	}
	err = json.Unmarshal(text, &schema)
	_, hasValues := schema.Properties["values"]
	fmt.Println(hasValues, err)
	// Output: true <nil>
}
