package main

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestProgress(t *testing.T) {
	for _, test := range []struct {
		takes time.Duration
		want  string
	}{
		{0, ""},
		{900 * time.Millisecond, ""},
		{1100 * time.Millisecond, "\r\x1b[Kopening a, 1 s\r\x1b[K"},
		{2500 * time.Millisecond, "\r\x1b[Kopening a, 1 s\r\x1b[Kopening a, 2 s\r\x1b[K"},
	} {
		synctest.Test(t, func(t *testing.T) {
			var b strings.Builder
			done := showProgress(&b, "opening a")
			time.Sleep(test.takes)
			done()
			if b.String() != test.want {
				t.Errorf("after %v: %q, want %q", test.takes, b.String(), test.want)
			}
		})
	}
}
