// Command provider opens a document with a provider of its own, which looks up variables of the process:
//
//	API_TOKEN=t0k3n go run ./examples/embed/provider
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/schema"
)

const document = `
values:
  token:
    fn::open::process-variable:
      name: API_TOKEN
  header: Bearer ${token}
`

func main() {
	if err := run(context.Background(), os.Stdout, os.LookupEnv); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, w io.Writer, lookup func(string) (string, bool)) error {
	e := eval.Evaluator{Providers: map[string]providers.Provider{"process-variable": processVariable(lookup)}}
	env, err := e.OpenText(ctx, []byte(document))
	if err != nil {
		return err
	}
	return env.Write(w, eval.FormatOptions{Format: "yaml", Reveal: true})
}

// processVariable is a provider that takes {name: string} and returns the text of that variable, which is secret.
func processVariable(lookup func(string) (string, bool)) providers.Provider {
	contract := providers.Schema{
		Inputs: &schema.Schema{
			Type:                 []string{"object"},
			Properties:           map[string]*schema.Schema{"name": {Type: []string{"string"}}},
			Required:             []string{"name"},
			AdditionalProperties: &schema.Schema{Never: true},
		},
		Outputs: &schema.Schema{Type: []string{"string"}, Secret: true},
	}
	return providers.New(contract, func(_ context.Context, req *providers.Request) (any, error) {
		var in struct {
			Name string `json:"name"`
		}
		if err := req.Decode(&in); err != nil {
			return nil, err
		}
		text, ok := lookup(in.Name)
		if !ok {
			return nil, fmt.Errorf("variable %q is not set; set it and run the program again", in.Name)
		}
		return schema.NewSecret(text), nil
	})
}
