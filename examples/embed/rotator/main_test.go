package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/rotatortest"
	"github.com/escapement-go/escapement/schema"
)

func TestRun(t *testing.T) {
	var out strings.Builder
	if err := run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	const want = `rotated: there is a new token
rotated: there is a new token
rotated: there is a new token
{"header":"[secret]"}
3 tokens, one of them somebody else's
`
	if out.String() != want {
		t.Errorf("got %q, want %q", &out, want)
	}
}

func TestContract(t *testing.T) {
	rotatortest.Run(t, func() rotatortest.World {
		service, r := world(nil)
		return rotatortest.World{
			Rotator: r,
			Request: request(service, nil),
			Live:    service.names,
			Works:   service.works,
			Changes: service.writes,
			Secrets: service.secrets,
		}
	})
}

// TestCrashes lets a rotation die before and after each of its calls and saves, and then rotates to the end.
func TestCrashes(t *testing.T) {
	points := 0
	for point := 1; ; point++ {
		doc := &savedState{}
		var dying *life
		service, r := world(func() *life { return dying })
		for range 2 { // so that there is a previous token
			if err := r.Rotate(t.Context(), new(request(service, doc.state)), doc.save(nil)); err != nil {
				t.Fatal(err)
			}
		}
		dying = &life{left: point}
		if !dying.ends(func() { r.Rotate(t.Context(), new(request(service, doc.state)), doc.save(dying)) }) {
			break
		}
		dying, points = nil, points+1
		if err := service.works(doc.state); err != nil {
			t.Errorf("dead at %d: %v", point, err)
		}
		for range 2 {
			if err := r.Rotate(t.Context(), new(request(service, doc.state)), doc.save(nil)); err != nil {
				t.Errorf("dead at %d: the next rotation: %v", point, err)
			}
		}
		if names := service.names(); len(names) != 3 || !slices.Contains(names, "of-somebody-else") || service.works(doc.state) != nil {
			t.Errorf("dead at %d: there are %q, and %v", point, names, service.works(doc.state))
		}
	}
	if points != 10 { // before and after each of 2 saves and 3 calls
		t.Errorf("a rotation can die at %d points", points)
	}
	t.Logf("killed at %d points of a rotation; none lost a token or left one over", points)
}

// A life ends before or after a step.
type life struct{ left int }

var death = new(int)

// spend ends the life if it is at its end. Without a life it does nothing.
func (l *life) spend() {
	if l == nil {
		return
	}
	if l.left--; l.left == 0 {
		panic(death)
	}
}

// ends tells whether the life ended in f.
func (l *life) ends(f func()) (ended bool) {
	defer func() {
		p := recover()
		if ended = p == death; p != nil && !ended {
			panic(p)
		}
	}()
	f()
	return false
}

// A savedState is where a document keeps a state.
type savedState struct{ state map[string]any }

func (d *savedState) save(l *life) func(context.Context, any) error {
	return func(_ context.Context, state any) error {
		l.spend()
		d.state = state.(map[string]any)
		l.spend()
		return nil
	}
}

// world makes a service and a rotator whose calls take part of the life at that moment.
func world(now func() *life) (*service, tokenRotator) {
	service := newService()
	transport := tripper(func(req *http.Request) (*http.Response, error) {
		if now != nil {
			now().spend()
			defer func() { now().spend() }()
		}
		if err := req.Context().Err(); err != nil {
			return nil, err
		}
		w := httptest.NewRecorder()
		service.ServeHTTP(w, req)
		return w.Result(), nil
	})
	return service, tokenRotator{client{url: "http://service.example", transport: transport}}
}

type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func request(s *service, state map[string]any) rotators.Request {
	return rotators.Request{
		Request: providers.Request{Inputs: map[string]any{"admin": schema.NewSecret(s.admin)}},
		State:   state,
	}
}

// works tells whether the service takes the current token of a state or of outputs.
func (s *service) works(data any) error {
	current, _ := data.(map[string]any)["current"].(map[string]any)
	text, _ := current["text"].(schema.Secret)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.nameOf(text.Reveal()) == "" {
		return errors.New("the service does not take the current token")
	}
	return nil
}

// writes returns how often a token was made or removed.
func (s *service) writes() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changes
}

// secrets returns the texts of all tokens that there have been.
func (s *service) secrets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.told)
}

// TestRefused tells what the author of a document gets to read.
func TestRefused(t *testing.T) {
	service, r := world(nil)
	doc := &savedState{}
	req := request(service, nil)
	req.Inputs["admin"] = schema.NewSecret("wr0ng")
	err := r.Rotate(t.Context(), &req, doc.save(nil))
	if err == nil || strings.Contains(fmt.Sprintf("%+v", err), "wr0ng") || !strings.Contains(err.Error(), "403 Forbidden") {
		t.Errorf("error is %v", err)
	}
	if _, err := r.Open(t.Context(), &rotators.Request{State: doc.state}); !errors.Is(err, rotators.ErrNotRotated) {
		t.Errorf("Open: %v", err)
	}
}
