// Command rotator rotates the tokens of a service, with a rotator of its own. The service is simulated:
//
//	go run ./examples/embed/rotator
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

const document = `values:
  # The token of this program.
  api:
    fn::rotate::token:
      inputs:
        admin: ${context.admin}
  header: Bearer ${api.current.text}
`

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

// run rotates three times, and then says what there is.
func run(ctx context.Context, w io.Writer) error {
	service := newService()
	server := httptest.NewServer(service)
	defer server.Close()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := os.WriteFile(filepath.Join(dir, "app.yaml"), []byte(document), 0o600); err != nil {
		return err
	}
	key, err := eval.NewKey("")
	if err != nil {
		return err
	}
	e := &eval.Evaluator{
		Loader:   eval.Dir(dir),
		Rotators: map[string]rotators.Rotator{"token": tokenRotator{client{url: server.URL}}},
		Crypter:  eval.KeyRing{key},
		Context:  map[string]any{"admin": schema.NewSecret(service.admin)},
	}
	for range 3 {
		rotation, err := e.Rotate(ctx, "app", eval.RotateOptions{})
		if err != nil {
			return err
		}
		for _, event := range rotation.Results[0].Events {
			fmt.Fprintf(w, "%s: %s\n", event.Kind, event.Text)
		}
	}
	env, err := e.Open(ctx, "app", "header")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%v\n%d tokens, one of them somebody else's\n", env.Values, len(service.names()))
	return err
}
