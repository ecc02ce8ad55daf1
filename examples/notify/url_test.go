package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/schema"
)

const urlCanary = "canary-in-the-address"

// A script is a receiver that answers as it says, try by try, and repeats its last answer.
type script struct {
	answers []string // a status and perhaps Retry-After; "lost" for no connection, "silent" for no answer
	began   time.Time
	log     []string
	bodies  map[string]bool
}

func (s *script) RoundTrip(r *http.Request) (*http.Response, error) {
	body, _ := io.ReadAll(r.Body)
	s.bodies[r.Header.Get("webhook-id")+" "+string(body)] = true
	at, answer := time.Since(s.began), s.answers[min(len(s.log), len(s.answers)-1)]
	s.log = append(s.log, fmt.Sprint(at))
	if want := fmt.Sprint(time.Now().Unix()); r.Header.Get("webhook-timestamp") != want || r.Method != "POST" {
		return nil, fmt.Errorf("the request is %s at %s, want %s", r.Method, r.Header.Get("webhook-timestamp"), want)
	}
	if r.Header.Get("webhook-signature") != sign(schema.NewSecret("key"), r.Header.Get("webhook-id"), time.Now(), body) {
		return nil, errors.New("wrong signature")
	}
	switch answer {
	case "lost":
		return nil, errors.New("connection refused")
	case "silent":
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	status, after, _ := strings.Cut(answer, " ")
	res := &http.Response{Header: http.Header{}, Body: io.NopCloser(strings.NewReader("no " + urlCanary))}
	if _, err := fmt.Sscan(status, &res.StatusCode); err != nil {
		return nil, err
	}
	if after == "date" {
		after = time.Now().Add(7 * time.Second).UTC().Format(http.TimeFormat)
	}
	res.Header.Set("Retry-After", after)
	res.Header.Set("Location", "https://elsewhere.example.com/")
	return res, nil
}

// TestTries counts the tries and the time between them, by a clock of its own.
func TestTries(t *testing.T) {
	for _, test := range []struct {
		answers string
		tries   string // when
		want    string
	}{
		{"200", "0s", ""},
		{"204", "0s", ""},
		{"500, 200", "0s 500ms", ""},
		{"lost, 503, 429, 502, 201", "0s 500ms 1.5s 3.5s 7.5s", ""},
		{"429 3, 200", "0s 3s", ""},
		{"503 20, 429 date, 200", "0s 20s 27s", ""},
		{"429 21, 200", "0s", "it answers 429 Too Many Requests, and asks to wait for 21s"},
		{"429 0, 200", "0s 500ms", ""},
		{"429 soon, 200", "0s 500ms", ""},
		{"429 -5, 200", "0s 500ms", ""},
		{"429 99999999999999999999, 200", "0s 500ms", ""},
		{"500", "0s 500ms 1.5s 3.5s 7.5s", "it answers 500 Internal Server Error, 5 times"},
		{"lost", "0s 500ms 1.5s 3.5s 7.5s", "connection refused, 5 times"},
		{"silent", "0s 10.5s 21.5s 33.5s 47.5s", "there is no answer within 10s, 5 times"},
		{"silent, 200", "0s 10.5s", ""},
		{"301", "0s", "it answers 301 Moved Permanently, and redirects are not followed"},
		{"307", "0s", "it answers 307 Temporary Redirect, and redirects are not followed"},
		{"400", "0s", "it answers 400 Bad Request"},
		{"401", "0s", "it answers 401 Unauthorized; see that both sides have the same key"},
		{"404", "0s", "it answers 404 Not Found"},
		{"410", "0s", "it answers 410 Gone"},
		{"100", "0s", "it answers 100 Continue"},
	} {
		t.Run(test.answers, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{answers: strings.Split(test.answers, ", "), began: time.Now(), bodies: map[string]bool{}}
				address, err := ParseURL("https://hooks.example.com/" + urlCanary + "?token=" + urlCanary)
				if err != nil {
					t.Fatal(err)
				}
				u := &URL{Address: address, Key: schema.NewSecret("key"), Transport: s}
				got := ""
				if err := u.Send(t.Context(), Notice{Version: Version, ID: "notice_1", Kind: "rotated"}); err != nil {
					got = err.Error()
				}
				if diff := cmp.Diff([]string{test.tries, test.want}, []string{strings.Join(s.log, " "), got}); diff != "" {
					t.Error(diff)
				}
				if len(s.bodies) != 1 {
					t.Errorf("sent different messages: %v", s.bodies)
				}
				if strings.Contains(got+u.String(), urlCanary) {
					t.Errorf("shows the address: %s %s", u, got)
				}
			})
		})
	}
}

// However a receiver answers, sending ends at once with its context.
func TestSendEndsWithItsContext(t *testing.T) {
	for _, answer := range []string{"500", "silent", "429 20"} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
			defer cancel()
			s := &script{answers: []string{answer}, began: time.Now(), bodies: map[string]bool{}}
			u := &URL{Address: &url.URL{Scheme: "https", Host: "x"}, Key: schema.NewSecret("key"), Transport: s}
			if err := u.Send(ctx, Notice{}); err == nil || time.Since(s.began) != 300*time.Millisecond {
				t.Errorf("%s: %v after %v", answer, err, time.Since(s.began))
			}
		})
	}
}

func TestParseURL(t *testing.T) {
	for text, want := range map[string]string{
		"https://hooks.example.com/x?y=z":      "",
		"http://127.0.0.1:8080/x":              "",
		"http://127.8.9.10/":                   "",
		"http://[::1]:80/":                     "",
		"http://localhost:8080":                "",
		"HTTPS://example.com":                  "",
		"http://example.com/":                  "it does not begin with https",
		"http://localhost.example.com/":        "it does not begin with https",
		"http://10.0.0.1/":                     "it does not begin with https",
		"ftp://example.com/":                   "it does not begin with https",
		"https://ada@example.com/":             "it holds a user name or password, which others can see on the command line",
		"https://ada:canary@127.0.0.1/":        "it holds a user name or password, which others can see on the command line",
		"http://127.0.0.1@evil.example.com/":   "it holds a user name or password, which others can see on the command line",
		"example.com":                          "it is not the address of a server",
		"https:example.com":                    "it is not the address of a server",
		"https:///path":                        "it is not the address of a server",
		"https://example.com:canary/":          "it is not the address of a server",
		"":                                     "it is not the address of a server",
		"https://example.com/\x00" + urlCanary: "it is not the address of a server",
	} {
		got := ""
		if _, err := ParseURL(text); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
