package schema_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/escapement-go/escapement/schema"
)

func TestNearest(t *testing.T) {
	tests := []struct {
		name       string
		candidates []string
		want       string
	}{
		{"databse", []string{"port", "database"}, "database"},
		{"prot", []string{"port", "database"}, "port"},
		{"zzz", []string{"port"}, ""},
		{"fn::toJson", []string{"fn::toJSON", "fn::toYAML"}, "fn::toJSON"},
		{"data_base", []string{"database"}, "database"},
		{"DATA-BASE", []string{"dataBase_"}, "dataBase_"},
		{"ab", []string{"cb", "ac", "abcd"}, "ac"},
		{"ab", []string{"ac", "cb"}, "ac"},
		{"a", []string{"b"}, ""},
		{"a", []string{"A", "_a"}, "A"},
		{"", []string{"a"}, ""},
		{"ÄÖ", []string{"äü", "x"}, "äü"},
		{"abc", nil, ""},
		{"ab\xff", []string{"abc"}, "abc"},
		{"____", []string{"ab"}, "ab"},
		{"____", []string{"abc"}, ""},
	}
	for _, test := range tests {
		if got := schema.Nearest(test.name, test.candidates); got != test.want {
			t.Errorf("%q among %q: got %q, want %q", test.name, test.candidates, got, test.want)
		}
	}
}

// nearest is the rule of Nearest, without haste.
func nearest(name string, candidates []string) string {
	fold := func(s string) []rune {
		return []rune(strings.Map(func(r rune) rune {
			if r == '_' || r == '-' {
				return -1
			}
			return unicode.ToLower(r)
		}, s))
	}
	best, distance := "", utf8.RuneCountInString(name)/2+1
	for _, c := range candidates {
		if d := levenshtein(fold(name), fold(c)); d < distance || d == distance && best != "" && c < best {
			best, distance = c, d
		}
	}
	return best
}

func levenshtein(a, b []rune) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, r := range a {
		previous := append([]int(nil), row...)
		row[0] = i + 1
		for j, s := range b {
			row[j+1] = min(previous[j+1], row[j]) + 1
			if r == s {
				row[j+1] = min(row[j+1], previous[j])
			} else {
				row[j+1] = min(row[j+1], previous[j]+1)
			}
		}
	}
	return row[len(b)]
}

func TestNearestIsExact(t *testing.T) {
	name := rapid.StringOfN(rapid.RuneFrom([]rune("abcABC_-ä")), 1, 12, -1)
	rapid.Check(t, func(t *rapid.T) {
		written, candidates := name.Draw(t, "name"), rapid.SliceOfN(name, 0, 8).Draw(t, "candidates")
		if got, want := schema.Nearest(written, candidates), nearest(written, candidates); got != want {
			t.Fatalf("%q among %q: got %q, want %q", written, candidates, got, want)
		}
	})
}

func TestNearestIsFast(t *testing.T) {
	many := make([]string, 100_000)
	for i := range many {
		many[i] = fmt.Sprintf("some-rather-long-name-%06d", i)
	}
	long := strings.Repeat("x", 1<<20)
	for _, test := range []struct {
		name       string
		candidates []string
	}{
		{"some-rather-long-nmae-099999", many},
		{"quite-another-name-altogether", many},
		{long, append([]string{long}, many...)},
		{strings.Repeat("_", 1<<20) + "abc", []string{long, "abd"}},
		{strings.Repeat("y", 256), append([]string{strings.Repeat("y", 128) + strings.Repeat("z", 128)}, strings.Split(strings.Repeat(strings.Repeat("yz", 128)+" ", 10_000), " ")...)},
	} {
		start := time.Now()
		got := schema.Nearest(test.name, test.candidates)
		if d := time.Since(start); d > 5*time.Second {
			t.Errorf("%.40q takes %v", test.name, d)
		}
		if strings.HasSuffix(test.name, "099999") && got != many[99_999] {
			t.Errorf("%q is nearest to %q", got, test.name)
		}
	}
}

func FuzzNearest(f *testing.F) {
	f.Add("databse", "port,database")
	f.Add("a-b_C", "abc,ABC,ab")
	f.Add("", ",_,-")
	f.Add("\xff\xfe", "\xff,a")
	f.Fuzz(func(t *testing.T, name, list string) {
		if len(name) > 200 || len(list) > 2000 {
			t.Skip()
		}
		candidates := strings.Split(list, ",")
		if got, want := schema.Nearest(name, candidates), nearest(name, candidates); got != want {
			t.Errorf("%q among %q: got %q, want %q", name, candidates, got, want)
		}
	})
}
