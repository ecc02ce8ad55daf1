package main

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestServe(t *testing.T) {
	env, err := open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	handler := serve(env)
	tests := []struct {
		path string
		code int
		body string
	}{
		{"/shop.greeting", http.StatusOK, `"Welcome to The Clockmaker"`},
		{"/shop", http.StatusOK, `{"currency":"EUR","greeting":"Welcome to The Clockmaker","name":"The Clockmaker"}`},
		{"/payment.token", http.StatusOK, `"[secret]"`},
		{"/payment", http.StatusOK, `{"endpoint":"https://payment.example.com/v1","token":"[secret]"}`},
		{"/shop.address", http.StatusNotFound, "404 page not found"},
		{"/shop..name", http.StatusNotFound, "404 page not found"},
	}
	for _, test := range tests {
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, test.path, nil))
		if body := strings.TrimSpace(w.Body.String()); w.Code != test.code || body != test.body {
			t.Errorf("%s: %d %s, want %d %s", test.path, w.Code, body, test.code, test.body)
		}
	}
}
