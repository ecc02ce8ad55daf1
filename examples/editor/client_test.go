// Package editor_test asks a real YAML language server what it makes of documents, with the schema that esc schema prints.
package editor_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
)

// serverVariable names the executable of yaml-language-server, which .ci/run installs.
const serverVariable = "ESCAPEMENT_YAMLLS"

// A client speaks to a language server.
type client struct {
	t     *testing.T
	dir   string         // in which the documents are said to be
	yaml  map[string]any // the settings
	stdin io.Writer

	mu      sync.Mutex
	next    int
	answers map[int]chan json.RawMessage
	found   map[string]chan []finding // diagnostics, by address of the document
}

// A finding is a diagnostic of the server.
type finding struct {
	Range   span   `json:"range"`
	Message string `json:"message"`
}

type span struct {
	Start position `json:"start"`
	End   position `json:"end"`
}

// A position counts from 0, characters in UTF-16.
type position struct {
	Line      int `json:"line"`
	Character int `json:"character"`
}

// A message is one of JSON-RPC.
type message struct {
	Version string          `json:"jsonrpc"`
	ID      any             `json:"id,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  any             `json:"params,omitempty"`
	Result  json.RawMessage `json:"result,omitempty"`
}

// start starts a server that uses each of the schemas for the documents in the directory of its name.
func start(t *testing.T, schemas map[string][]byte) *client {
	t.Helper()
	program := os.Getenv(serverVariable)
	if program == "" {
		t.Skip("set " + serverVariable + " to the executable of yaml-language-server")
	}
	c := &client{t: t, dir: t.TempDir(), answers: map[int]chan json.RawMessage{}, found: map[string]chan []finding{}}
	server := exec.CommandContext(t.Context(), program, "--stdio")
	server.Dir = c.dir
	server.Stderr = os.Stderr
	stdin, err := server.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	c.stdin = stdin
	read := make(chan struct{})
	go func() {
		defer close(read)
		c.read(bufio.NewReader(stdout))
	}()
	t.Cleanup(func() {
		stdin.Close()
		server.Process.Kill()
		<-read
		server.Wait()
	})
	c.configure(schemas)
	return c
}

func (c *client) configure(schemas map[string][]byte) {
	places := map[string][]string{}
	for name, text := range schemas {
		file := filepath.Join(c.dir, name+".json")
		if err := os.WriteFile(file, text, 0o666); err != nil {
			c.t.Fatal(err)
		}
		places["file://"+file] = []string{"**/" + name + "/*.yaml"}
	}
	c.yaml = map[string]any{
		"validate": true, "hover": true, "completion": true, "schemas": places,
		"schemaStore": map[string]any{"enable": false},
	}
	c.call("initialize", map[string]any{
		"processId": nil, "rootUri": "file://" + c.dir,
		"capabilities": map[string]any{
			"workspace": map[string]any{"configuration": true},
			"textDocument": map[string]any{
				"hover":      map[string]any{"contentFormat": []string{"markdown"}},
				"completion": map[string]any{"completionItem": map[string]any{"snippetSupport": true}},
			},
		},
	}, nil)
	c.send(message{Method: "initialized", Params: map[string]any{}})
	c.send(message{Method: "workspace/didChangeConfiguration", Params: map[string]any{"settings": nil}})
	for name := range schemas {
		c.awaitSchema(name)
	}
}

// awaitSchema waits until the server uses a schema.
func (c *client) awaitSchema(name string) {
	uri := c.open(name, "first", "values: {}\n")
	for hover := ""; hover == ""; {
		hover = c.hover(uri, position{0, 1})
	}
}

// hover returns what the server shows at a position.
func (c *client) hover(uri string, at position) string {
	var result struct{ Contents struct{ Value string } }
	c.at("hover", uri, at, &result)
	return result.Contents.Value
}

// open gives the server a document, and does not wait.
func (c *client) open(schema, name, text string) (uri string) {
	uri = "file://" + filepath.Join(c.dir, schema, name+".yaml")
	c.mu.Lock()
	c.found[uri] = make(chan []finding, 16)
	c.mu.Unlock()
	c.send(message{Method: "textDocument/didOpen", Params: map[string]any{"textDocument": map[string]any{
		"uri": uri, "languageId": "yaml", "version": 1, "text": text,
	}}})
	return uri
}

// findings waits for the diagnostics of a document.
func (c *client) findings(uri string) []finding {
	c.mu.Lock()
	found := c.found[uri]
	c.mu.Unlock()
	select {
	case all := <-found:
		return all
	case <-c.t.Context().Done():
		c.t.Fatal("the server has ended")
		return nil
	}
}

// at asks for something at a position.
func (c *client) at(method, uri string, at position, result any) {
	c.call("textDocument/"+method, map[string]any{"textDocument": map[string]any{"uri": uri}, "position": at}, result)
}

// call asks the server and waits for the answer.
func (c *client) call(method string, params, result any) {
	c.t.Helper()
	c.mu.Lock()
	c.next++
	id := c.next
	answer := make(chan json.RawMessage, 1)
	c.answers[id] = answer
	c.mu.Unlock()
	c.send(message{ID: id, Method: method, Params: params})
	select {
	case text := <-answer:
		if result != nil {
			if err := json.Unmarshal(text, result); err != nil {
				c.t.Fatalf("%s: %v in %s", method, err, text)
			}
		}
	case <-c.t.Context().Done():
		c.t.Fatalf("%s: no answer", method)
	}
}

func (c *client) send(m message) {
	m.Version = "2.0"
	text, err := json.Marshal(m)
	if err != nil {
		c.t.Error(err)
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, err := fmt.Fprintf(c.stdin, "Content-Length: %d\r\n\r\n%s", len(text), text); err != nil && c.t.Context().Err() == nil {
		c.t.Error(err)
	}
}

// read takes what the server says until it ends.
func (c *client) read(r *bufio.Reader) {
	for {
		header, err := textproto.NewReader(r).ReadMIMEHeader()
		if err != nil {
			return
		}
		size, err := strconv.Atoi(header.Get("Content-Length"))
		if err != nil {
			return
		}
		text := make([]byte, size)
		if _, err := io.ReadFull(r, text); err != nil {
			return
		}
		c.take(text)
	}
}

func (c *client) take(text []byte) {
	var m struct {
		ID     json.RawMessage
		Method string
		Params json.RawMessage
		Result json.RawMessage
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return
	}
	switch {
	case m.Method == "textDocument/publishDiagnostics":
		var p struct {
			URI         string
			Diagnostics []finding
		}
		if err := json.Unmarshal(m.Params, &p); err == nil {
			c.mu.Lock()
			found := c.found[p.URI]
			c.mu.Unlock()
			found <- p.Diagnostics
		}
	case m.Method == "workspace/configuration":
		var p struct{ Items []struct{ Section string } }
		if err := json.Unmarshal(m.Params, &p); err != nil {
			return
		}
		settings := make([]any, len(p.Items))
		for i, item := range p.Items {
			if item.Section == "yaml" {
				settings[i] = c.yaml
			}
		}
		text, _ := json.Marshal(settings)
		c.send(message{ID: m.ID, Result: text})
	case m.Method != "" && m.ID != nil: // it asks for what this client does not have
		c.send(message{ID: m.ID, Result: json.RawMessage("null")})
	case m.ID != nil:
		id, _ := strconv.Atoi(string(m.ID))
		c.mu.Lock()
		answer := c.answers[id]
		delete(c.answers, id)
		c.mu.Unlock()
		if answer != nil {
			answer <- m.Result
		}
	}
}
