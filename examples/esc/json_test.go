package main

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// TestJSON has every character there is printed as JSON: what is read is what was printed, and a terminal shows it.
func TestJSON(t *testing.T) {
	const together = 4096
	seen := 0
	for from := rune(0); from <= unicode.MaxRune; from += together {
		var all strings.Builder
		for r := from; r < from+together && r <= unicode.MaxRune; r++ {
			if utf8.ValidRune(r) {
				all.WriteRune(r)
				seen++
			}
		}
		text, err := jsonText(map[string]string{all.String(): all.String()}, "  ")
		if err != nil {
			t.Fatal(err)
		}
		var got map[string]string
		if err := json.Unmarshal(text, &got); err != nil || got[all.String()] != all.String() {
			t.Errorf("from %U: read something else, %v", from, err)
		}
		if i := strings.IndexFunc(string(text), func(r rune) bool { return r != '\n' && !unicode.IsGraphic(r) }); i >= 0 {
			t.Errorf("from %U: printed %q", from, text[i:min(i+4, len(text))])
		}
	}
	if t.Logf("JSON: %d characters, all read back, all shown", seen); seen < unicode.MaxRune/2 {
		t.Errorf("saw %d characters", seen)
	}
}
