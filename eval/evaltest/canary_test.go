package evaltest_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/eval/evaltest"
)

func TestCanary(t *testing.T) {
	c := evaltest.NewCanary()
	text := c.Text()
	quoted, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ name, output string }{
		{"text", "a" + text + "b"},
		{"hex", hex.EncodeToString([]byte("x" + text))},
		{"upper-case hex", strings.ToUpper(hex.EncodeToString([]byte(text)))},
		{"URL query", url.Values{"q": {text}}.Encode()},
		{"URL path", "/" + url.PathEscape(text)},
		{"JSON", string(quoted)},
	} {
		if got := c.Leaks(tt.output); !slices.Contains(got, tt.name) {
			t.Errorf("%s: found %v in %q", tt.name, got, tt.output)
		}
	}
	for before := range 7 {
		for after := range 4 {
			plain := []byte(strings.Repeat("b", before) + text + strings.Repeat("a", after))
			for name, enc := range map[string]*base64.Encoding{"base64": base64.StdEncoding, "base64url": base64.RawURLEncoding} {
				if got := c.Leaks(enc.EncodeToString(plain)); !slices.Contains(got, name) {
					t.Errorf("%s between %d and %d bytes: found %v", name, before, after, got)
				}
			}
		}
	}
	if got := c.Leaks("nothing " + evaltest.NewCanary().Text()); got != nil {
		t.Errorf("found %v in the text of another canary", got)
	}
	if diff := cmp.Diff([]string{"text"}, evaltest.CanaryOf("a b").Leaks("a b")); diff != "" {
		t.Error(diff)
	}
}
