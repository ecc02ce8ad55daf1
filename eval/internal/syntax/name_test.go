package syntax_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/escapement-go/escapement/eval/internal/syntax"
)

var validNames = []struct{ name, canonical string }{
	{"a", "a"},
	{"A-b_c.9", "A-b_c.9"},
	{"-", "-"},
	{"...", "..."},
	{".a", ".a"},
	{"proj/env", "proj/env"},
	{"org/proj/env", "org/proj/env"},
	{"a@3", "a@3"},
	{"shared/keys@7", "shared/keys@7"},
	{"a@latest", "a"},
	{"a@Latest", "a@Latest"},
	{"p/a@latest", "p/a"},
	{"latest", "latest"},
	{"default", "default"},
	{"default/a", "a"},
	{"default/a@3", "a@3"},
	{"default/a@latest", "a"},
	{"default/default", "default"},
	{"Default/a", "Default/a"},
	{"default/a/b", "default/a/b"},
	{"a/default", "a/default"},
	{strings.Repeat("a", 500), strings.Repeat("a", 500)},
}

var invalidNames = []string{
	"", "/", "a/", "/a", "a//b", ".", "..", "../x", "a/../b", "a/.", "a b", " a", "a\n", "${x}", "à", "a\xff", "a\x00", `a\b`,
	"a:b", "@", "@3", "a@", "a@@3", "a@3@4", "a@3/b", "a@.", "a@..", "a/@3", "default/", "default/@latest",
	strings.Repeat("a", 501), strings.Repeat("a", 500) + "@latest",
}

func TestCanonicalName(t *testing.T) {
	for _, c := range validNames {
		if got, ok := syntax.CanonicalName(c.name); !ok || got != c.canonical {
			t.Errorf("CanonicalName(%q) = %q, %t; want %q", c.name, got, ok, c.canonical)
		}
	}
	for _, name := range invalidNames {
		if got, ok := syntax.CanonicalName(name); ok || got != "" {
			t.Errorf("CanonicalName(%q) = %q, %t; want none", name, got, ok)
		}
	}
}

func TestSplitVersion(t *testing.T) {
	for _, c := range []struct{ canonical, name, version string }{
		{"a", "a", ""},
		{"p/a@3", "p/a", "3"},
	} {
		if name, version := syntax.SplitVersion(c.canonical); name != c.name || version != c.version {
			t.Errorf("SplitVersion(%q) = %q, %q", c.canonical, name, version)
		}
	}
}

func TestCanonicalNameIsStable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		segment := rapid.OneOf(rapid.Just("default"), rapid.StringMatching(`[a-z][A-Za-z0-9_.-]{0,3}`))
		name := strings.Join(rapid.SliceOfN(segment, 1, 4).Draw(t, "segments"), "/")
		name += rapid.SampledFrom([]string{"", "@latest", "@3", "@v1.2"}).Draw(t, "version")
		once, ok := syntax.CanonicalName(name)
		if !ok {
			t.Fatalf("%q is refused", name)
		}
		if twice, ok := syntax.CanonicalName(once); !ok || twice != once {
			t.Fatalf("%q becomes %q, then %q", name, once, twice)
		}
	})
}

func FuzzCanonicalName(f *testing.F) {
	if len(validNames) == 0 || len(invalidNames) == 0 {
		f.Fatal("no seeds")
	}
	for _, c := range validNames {
		f.Add(c.name)
	}
	for _, name := range invalidNames {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		canonical, ok := syntax.CanonicalName(name)
		if !ok {
			return
		}
		if again, ok := syntax.CanonicalName(canonical); !ok || again != canonical {
			t.Fatalf("%q becomes %q, then %q", name, canonical, again)
		}
		if base, version := syntax.SplitVersion(canonical); version == "latest" || strings.Contains(base, "@") {
			t.Fatalf("%q splits into %q and %q", canonical, base, version)
		}
	})
}
