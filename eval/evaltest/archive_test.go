package evaltest_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/eval/evaltest"
)

func TestParseArchive(t *testing.T) {
	const text = "head\n\n-- a.yaml --\nx: 1\n--- \n-- --\n--a--\n-- empty --\n-- a.yaml --\nsecond\n"
	a := evaltest.ParseArchive(text)
	want := &evaltest.Archive{Comment: "head\n\n", Sections: []*evaltest.Section{
		{Name: "a.yaml", Body: "x: 1\n--- \n-- --\n--a--\n"}, {Name: "empty"}, {Name: "a.yaml", Body: "second\n"},
	}}
	if diff := cmp.Diff(want, a); diff != "" {
		t.Error(diff)
	}
	if a.String() != text {
		t.Errorf("String gives %q", a)
	}
	if got := evaltest.ParseArchive("-- x --\nno end").Sections[0].Body; got != "no end\n" {
		t.Errorf("body without an end is %q", got)
	}
}

func FuzzParseArchive(f *testing.F) {
	f.Add("a\n-- b --\nc")
	f.Add("-- x --\r\n-- --\n")
	f.Fuzz(func(t *testing.T, text string) {
		once := evaltest.ParseArchive(text).String()
		if twice := evaltest.ParseArchive(once).String(); twice != once {
			t.Errorf("%q becomes %q", once, twice)
		}
	})
}
