package main

import (
	"crypto/rand"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// A service stands for somebody's: PUT and DELETE /tokens/NAME for whoever has the admin's token, and GET /whoami.
type service struct {
	admin string

	mu      sync.Mutex
	tokens  map[string]string // texts by name
	changes int
	told    []string // all texts that there have been
}

func newService() *service {
	s := &service{admin: rand.Text(), tokens: map[string]string{"of-somebody-else": rand.Text()}}
	s.told = []string{s.admin, s.tokens["of-somebody-else"]}
	return s
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	token := strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
	name, isToken := strings.CutPrefix(r.URL.Path, "/tokens/")
	switch {
	case r.URL.Path == "/whoami" && s.nameOf(token) != "":
		io.WriteString(w, s.nameOf(token))
	case token != s.admin || !isToken:
		http.Error(w, "who are you?", http.StatusForbidden)
	case r.Method == http.MethodPut && s.tokens[name] == "":
		text := rand.Text()
		s.tokens[name], s.told = text, append(s.told, text)
		s.changes++
		io.WriteString(w, text) // once, and never again
	case r.Method == http.MethodDelete:
		if s.tokens[name] != "" {
			delete(s.tokens, name)
			s.changes++
		}
	default:
		http.Error(w, "it is there already", http.StatusConflict)
	}
}

// nameOf returns the name of the token with a text; "" if there is none.
func (s *service) nameOf(text string) string {
	for name, other := range s.tokens {
		if other == text {
			return name
		}
	}
	return ""
}

// names returns the names of the tokens that work.
func (s *service) names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.tokens))
}
