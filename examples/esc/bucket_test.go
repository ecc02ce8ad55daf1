package main

import (
	"crypto/md5"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"

	"github.com/rogpeppe/go-internal/testscript"
)

// serveBucket lets a script have a bucket envs with one object. The address is in S3.
func serveBucket(env *testscript.Env) error {
	server := httptest.NewServer(&objects{texts: map[string]string{"/envs/prod/app.yaml": "values:\n  port: 80\n"}})
	env.Defer(server.Close)
	env.Setenv("S3", server.URL)
	return nil
}

// objects are a server that knows what a bucket of environments needs.
type objects struct {
	mu    sync.Mutex
	texts map[string]string // by path
}

func (o *objects) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	defer o.mu.Unlock()
	text, found := o.texts[r.URL.Path]
	tag := fmt.Sprintf(`"%x"`, md5.Sum([]byte(text)))
	switch {
	case !found && r.Method == http.MethodPut && r.Header.Get("If-None-Match") == "*":
		o.put(r)
	case !found:
		w.WriteHeader(http.StatusNotFound)
		io.WriteString(w, "<Error><Code>NoSuchKey</Code></Error>")
	case r.Method == http.MethodGet:
		w.Header().Set("ETag", tag)
		io.WriteString(w, text)
	case r.Header.Get("If-Match") != tag:
		w.WriteHeader(http.StatusPreconditionFailed)
		io.WriteString(w, "<Error><Code>PreconditionFailed</Code></Error>")
	default:
		o.put(r)
	}
}

func (o *objects) put(r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	o.texts[r.URL.Path] = string(body)
}
