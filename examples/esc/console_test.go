package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/examples/notify"
	"github.com/escapement-go/escapement/rotators"
)

// TestConsole draws the line that says how far a command has come below everything else, and on a terminal only.
func TestConsole(t *testing.T) {
	t.Setenv("TERM", "xterm")
	event := rotators.Event{Kind: "rotated", KeyID: "AK1"}
	warning := rotators.Event{Kind: rotators.EventWarning, Text: "beware"}
	for _, test := range []struct {
		name string
		live bool
		all  bool
		want string
	}{
		{"a terminal", true, true, "<shop/app: keys: rotated  AK1\n0 of 2  <shop/app: keys: warning  beware\n0 of 2  <result\n1 of 2  shop/app<"},
		{"a file", false, true, "result\n"},
		{"one", false, false, "keys: warning  beware\nresult\n"},
	} {
		var out strings.Builder
		screen := &console{w: &out, live: test.live, of: 2}
		report := (&rotateCmd{wanted: wanted{All: test.all}}).reporter(screen, notify.New(&out))
		report("shop/app", "keys", event)
		report("shop/app", "keys", warning)
		screen.step("shop/app", func() { out.WriteString("result\n") })
		screen.close()
		if diff := cmp.Diff(test.want, strings.ReplaceAll(out.String(), "\r\x1b[K", "<")); diff != "" {
			t.Errorf("%s: -want +got\n%s", test.name, diff)
		}
	}
}

func TestGraver(t *testing.T) {
	for _, test := range []struct{ a, b, want int }{{0, 4, 4}, {4, 3, 3}, {1, 3, 1}, {3, 1, 1}, {70, 1, 70}, {0, 0, 0}, {2, 70, 70}, {1, 2, 2}} {
		if got := graver(test.a, test.b); got != test.want {
			t.Errorf("%d and %d: %d", test.a, test.b, got)
		}
	}
}
