package providers_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/schema"
)

// A whole provider: it takes {name: string} and returns a string.
func ExampleNew() {
	text := &schema.Schema{Type: []string{"string"}}
	greeter := providers.New(providers.Schema{
		Inputs: &schema.Schema{
			Type:                 []string{"object"},
			Properties:           map[string]*schema.Schema{"name": text},
			Required:             []string{"name"},
			AdditionalProperties: &schema.Schema{Never: true},
		},
		Outputs: text,
	}, func(_ context.Context, req *providers.Request) (any, error) {
		var in struct {
			Name string `json:"name"`
		}
		err := req.Decode(&in)
		return "hello, " + in.Name, err
	})

	out, err := greeter.Open(context.Background(), &providers.Request{Inputs: map[string]any{"name": "world"}})
	fmt.Println(out, err)
	// Output: hello, world <nil>
}

func ExampleRequest_Decode() {
	req := &providers.Request{Inputs: map[string]any{
		"host":     "db.example.org",
		"password": schema.NewSecret("correct horse"),
		"tls":      map[string]any{"verify": true},
	}}
	in := struct {
		Host     string        `json:"host"`
		Port     int           `json:"port"`
		Password schema.Secret `json:"password"`
		TLS      *struct {
			Verify bool `json:"verify"`
		} `json:"tls"`
	}{Port: 5432}
	err := req.Decode(&in)
	fmt.Println(in.Host, in.Port, in.Password, in.TLS.Verify, err)
	// Output: db.example.org 5432 [secret] true <nil>
}

// A refusal is an error with a code of its own.
type refusal struct{ code, text string }

func (r *refusal) Error() string          { return r.text }
func (r *refusal) DiagnosticCode() string { return r.code }

func ExampleCoder() {
	err := fmt.Errorf("cannot open the vault: %w", &refusal{"sealed", "it is sealed; unseal it first"})

	var coded providers.Coder
	if errors.As(err, &coded) {
		fmt.Println("provider-failed/"+coded.DiagnosticCode(), "-", err)
	}
	// Output: provider-failed/sealed - cannot open the vault: it is sealed; unseal it first
}
