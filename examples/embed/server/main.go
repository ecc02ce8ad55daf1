// Command server serves the values of an environment whose documents are part of the binary:
//
//	go run ./examples/embed/server
//	curl http://localhost:8080/shop.greeting
package main

import (
	"context"
	"embed"
	"encoding/json"
	"io/fs"
	"log"
	"net/http"

	"github.com/escapement-go/escapement/eval"
)

//go:embed environments
var documents embed.FS

func main() {
	env, err := open(context.Background())
	if err != nil {
		log.Fatal(err)
	}
	log.Fatal(http.ListenAndServe("localhost:8080", serve(env)))
}

// open opens the environment once, when the program starts, so that its faults show then.
func open(ctx context.Context) (*eval.Environment, error) {
	root, err := fs.Sub(documents, "environments")
	if err != nil {
		return nil, err
	}
	e := eval.Evaluator{Loader: eval.FS(root)}
	return e.Open(ctx, "shop/live")
}

// serve answers GET /PATH with the value at the path as JSON. All requests share env, which nothing changes. Secrets
// are redacted, since nobody reveals them here.
func serve(env *eval.Environment) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{path}", func(w http.ResponseWriter, r *http.Request) {
		value, ok := env.Values.Lookup(r.PathValue("path"))
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(value); err != nil {
			log.Print(err)
		}
	})
	return mux
}
