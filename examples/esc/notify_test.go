package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// hasty is an esc that does not wait long for notices.
func hasty() {
	notifyGrace = 2 * time.Second
	main()
}

// hookKey is what receivers of notices in scripts have.
const hookKey = "escapement-test-key-0123456789abcdef"

// serveHooks lets a script have a receiver of notices, whose address is in HOOKS and whose key is in HOOK_KEY. What comes to
// it with the right signature is appended to the file hooks.jsonl. The path says how it answers: /ok; /flaky, at first with
// 500; /busy, at first with 429; /CODE, with that status; /hang, not at all.
func serveHooks(env *testscript.Env) error {
	file := filepath.Join(env.WorkDir, "hooks.jsonl")
	var mu sync.Mutex
	seen, gone := map[string]bool{}, make(chan struct{})
	mux := http.NewServeMux()
	mux.HandleFunc("POST /{how}", func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mac := hmac.New(sha256.New, []byte(hookKey))
		fmt.Fprintf(mac, "%s.%s.%s", r.Header.Get("webhook-id"), r.Header.Get("webhook-timestamp"), body)
		if r.Header.Get("webhook-signature") != "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)) {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.PathValue("how") == "hang" {
			<-gone
		}
		mu.Lock()
		defer mu.Unlock()
		how, code := r.PathValue("how"), http.StatusOK
		first := !seen[r.Header.Get("webhook-id")]
		seen[r.Header.Get("webhook-id")] = true
		switch {
		case how == "flaky" && first:
			code = http.StatusInternalServerError
		case how == "busy" && first:
			w.Header().Set("Retry-After", "1")
			code = http.StatusTooManyRequests
		case how == "307":
			w.Header().Set("Location", "/ok")
			code = http.StatusTemporaryRedirect
		case how == "400":
			code = http.StatusBadRequest
		}
		w.WriteHeader(code)
		if code == http.StatusOK {
			f, err := os.OpenFile(file, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
			if err == nil {
				fmt.Fprintf(f, "%s\n", body)
				f.Close()
			}
		}
	})
	server := httptest.NewServer(mux)
	env.Defer(server.Close)
	env.Defer(func() { close(gone) })
	env.Setenv("HOOKS", server.URL)
	env.Setenv("HOOK_KEY", "whsec_"+base64.StdEncoding.EncodeToString([]byte(hookKey)))
	return nil
}
