package awslogin_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/escapement-go/escapement/providers/awslogin"
)

func TestGitHubActions(t *testing.T) {
	value, err := json.Marshal(map[string]any{"count": 1, "value": jwt(nil)})
	if err != nil {
		t.Fatal(err)
	}
	ok := reply{status: 200, body: string(value)}
	tests := []struct {
		name    string
		answers []reply
		tries   int
		err     string
	}{
		{"token", []reply{ok}, 1, ""},
		{"out of order once", []reply{{status: 503}, ok}, 2, ""},
		{"lost twice", []reply{{}, {}, ok}, 3, ""},
		{"out of order", []reply{{status: 500, body: canary}}, 3, "answered 500"},
		{"too busy", []reply{{status: 429}}, 3, "answered 429"},
		{"lost", []reply{{}}, 3, "gave no answer: EOF"},
		{"refused", []reply{{status: 401, body: canary}}, 1, `answered 401; check that the job has "permissions: id-token: write"`},
		{"redirect", []reply{{status: 307, header: map[string]string{"Location": "/elsewhere"}}, ok}, 1, "answered 307"},
		{"no value", []reply{{status: 200, body: `{"count":1}`}}, 1, "holds no token"},
		{"HTML", []reply{{status: 200, body: "<html>" + canary}}, 1, "holds no token"},
		{"broken off", []reply{{status: 200, body: "{", header: map[string]string{"Content-Length": "99"}}}, 3, "broke off"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			var mu sync.Mutex // net/http gives no order between what it serves and what it answers
			var asked []*http.Request
			clock := newClock()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				mu.Lock()
				asked = append(asked, r)
				answer := test.answers[min(len(asked), len(test.answers))-1]
				mu.Unlock()
				if answer.status == 0 {
					panic(http.ErrAbortHandler)
				}
				for name, value := range answer.header {
					w.Header().Set(name, value)
				}
				w.WriteHeader(answer.status)
				_, _ = w.Write([]byte(answer.body))
			}))
			defer server.Close()
			t.Setenv("ACTIONS_ID_TOKEN_REQUEST_URL", server.URL+"/token?api-version=2.0&secret="+canary)
			t.Setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "bearer-"+canary)
			wantToken(t, awslogin.GitHubActions{Clock: clock}, jwt(nil), test.err)
			mu.Lock()
			defer mu.Unlock()
			if len(asked) != test.tries || len(clock.slept) != test.tries-1 {
				t.Errorf("%d tries and %d waits, want %d", len(asked), len(clock.slept), test.tries)
			}
			for _, r := range asked {
				query := r.URL.Query()
				if r.Method != http.MethodGet || r.Header.Get("Authorization") != "Bearer bearer-"+canary ||
					query.Get("audience") != "sts.amazonaws.com" || query.Get("api-version") != "2.0" {
					t.Errorf("%s %s %v", r.Method, r.URL, r.Header)
				}
			}
		})
	}
	t.Logf("GitHub Actions: %d cells", len(tests))
}

// The bearer goes to nobody whom the runner did not name, and not in the clear.
func TestGitHubActionsVariables(t *testing.T) {
	for _, test := range []struct{ url, bearer, err string }{
		{"", "", `"permissions: id-token: write"`},
		{"https://example.com/", "", "are not both set"},
		{"", canary, "are not both set"},
		{"http://example.com/", canary, "holds no https URL"},
		{"http://localhost.example.com/", canary, "holds no https URL"},
		{"ftp://127.0.0.1/", canary, "holds no https URL"},
		{canary, canary, "holds no https URL"},
		{"https://exa mple.com/", canary, "holds no https URL"},
	} {
		t.Setenv("ACTIONS_ID_TOKEN_REQUEST_URL", test.url)
		t.Setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", test.bearer)
		wantToken(t, awslogin.GitHubActions{}, "", test.err)
	}
}

func TestGitHubActionsAudience(t *testing.T) {
	var got string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.URL.Query().Get("audience")
		_, _ = w.Write([]byte(`{"value":"t"}`))
	}))
	defer server.Close()
	t.Setenv("ACTIONS_ID_TOKEN_REQUEST_URL", server.URL)
	t.Setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "b")
	wantToken(t, awslogin.GitHubActions{Audience: "a&b=c"}, "t", "")
	if got != "a&b=c" {
		t.Errorf("audience %q", got)
	}
}
