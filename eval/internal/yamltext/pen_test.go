package yamltext

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"strings"
	"testing"
)

// frames are documents with a place at which every value must be writable.
var frames = []struct{ text, path string }{
	{"", ""},
	{"a: 1 # c\nb: 2\n", "a"},
	{"# c\r\nk:\r\n    a: 1\r\n    b: [x]", "k new"},
	{"k:\n- 1\n- a: 2\n", "k 0"},
	{"k: {a: 1, b: [2]} # c\n", "k b 0"},
}

// TestPen writes random values at places where every value can stand. All are read back by three readers,
// and can be edited again.
func TestPen(t *testing.T) {
	t.Parallel()
	var c tally
	for seed := range uint64(runs(edits(100_000))) {
		g := &generator{Rand: rand.New(rand.NewPCG(seed, 3)), nasty: true}
		if err := c.write(g.tree(4), frames[seed%uint64(len(frames))]); err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
	}
	c.report(t, "values", 0, 0)
}

// write writes a value into a frame.
func (c *tally) write(v *Value, frame struct{ text, path string }) error {
	s := newSubject(frame.text)
	e := Edit{Path: pathOf(frame.path), Value: v, Whole: true}
	at := spot{path: e.Path, node: s.find(e.Path)}
	if s.Root != nil {
		at.parent = s.find(e.Path[:len(e.Path)-1])
	}
	if err := c.try(s, at, e); err != nil {
		return err
	}
	if c.refused > 0 {
		return fmt.Errorf("refused in %q: %#v", frame.text, v)
	}
	next, err := s.Edit(e)
	if err != nil {
		return err
	}
	if after := newSubject(next.text); after.third == nil || !v.equals(after.find(e.Path)) ||
		dumpValue(v) != new(dumper).dump(after.theirs(after.find(e.Path))) {
		return fmt.Errorf("reads as another value in\n%s", next.text)
	}
	return nil
}

// TestStrings shows how strings are written.
func TestStrings(t *testing.T) {
	for _, c := range []struct{ text, block, flow string }{
		{"word", "word", "word"},
		{"two words", "two words", "two words"},
		{"two  words", `"two  words"`, `"two  words"`},
		{"a/b.c@d+e-f_g", "a/b.c@d+e-f_g", "a/b.c@d+e-f_g"},
		{"arn:aws:iam::0123:role/x", "arn:aws:iam::0123:role/x", "arn:aws:iam::0123:role/x"},
		{"a:", `"a:"`, `"a:"`},
		{"a: b", `"a: b"`, `"a: b"`},
		{"${a.b[0]}", "${a.b[0]}", `"${a.b[0]}"`},
		{"${a} b", `"${a} b"`, `"${a} b"`},
		{"", `""`, `""`},
		{"No", `"No"`, `"No"`},
		{"y", `"y"`, `"y"`},
		{"Infinity", `"Infinity"`, `"Infinity"`},
		{"1.2.3", `"1.2.3"`, `"1.2.3"`},
		{"12:30", `"12:30"`, `"12:30"`},
		{"-x", `"-x"`, `"-x"`},
		{"é", `"é"`, `"é"`},
		{"a\tb\rc\nd", `"a\tb\rc\nd"`, `"a\tb\rc\nd"`},
		{"\x00\x7f\u00a0\u2028\ue000\ufeff\ufffd\U0001F600\U000F0000", `"\u0000\u007F\u00A0\u2028\uE000\uFEFF\uFFFD😀\U000F0000"`, ""},
		{`"\`, `"\"\\"`, ""},
		{"one\n\ntwo\n", "|\n  one\n\n  two\n", `"one\n\ntwo\n"`},
		{"one\ntwo", "|-\n  one\n  two", ""},
		{"one\n", `"one\n"`, ""},
		{"one\ntwo\n\n", `"one\ntwo\n\n"`, ""},
		{"one \ntwo", `"one \ntwo"`, ""},
		{" one\ntwo", `" one\ntwo"`, ""},
		{"one\n\ttwo", `"one\n\ttwo"`, ""},
		{"one\n  two\tthree", "|-\n  one\n    two\tthree", ""},
	} {
		d := mustParse(t, "a: 1\n").edited(t, "a", str(c.text))
		if got := strings.TrimPrefix(d.text, "a: "); strings.TrimSuffix(got, "\n") != strings.TrimSuffix(c.block, "\n") {
			t.Errorf("%q is written %q, want %q", c.text, got, c.block)
		}
		d = mustParse(t, "[1]\n").edited(t, "0", str(c.text))
		if got := d.text[1 : len(d.text)-2]; c.flow != "" && got != c.flow {
			t.Errorf("%q is written %q in flow, want %q", c.text, got, c.flow)
		}
	}
}

// edited returns the document after an edit that must not be refused.
func (d *Document) edited(t testing.TB, path string, v *Value) *Document {
	t.Helper()
	next, err := d.Edit(Edit{Path: pathOf(path), Value: v})
	if err != nil {
		t.Fatalf("%q at %q: %v", d.text, path, err)
	}
	return next
}

// FuzzRender writes any text as a string and as a key, in every way. None is refused.
func FuzzRender(f *testing.F) {
	for _, v := range sampleValues {
		f.Add(v.Text)
	}
	for seed := range uint64(30) {
		g := &generator{Rand: rand.New(rand.NewPCG(seed, 4)), nasty: true}
		f.Add(g.text())
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 300 { // a longer one is no key
			return
		}
		text = strings.ToValidUTF8(text, "?")
		h := fnv.New32()
		h.Write([]byte(text))
		frame := frames[h.Sum32()%uint32(len(frames))]
		for _, v := range []*Value{str(text), quoted(text), mapping(Readable, text, str(text)), mapping(Quoted, text, list(str(text), quoted(text)))} {
			if err := new(tally).write(v, frame); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// FuzzEdit makes any edit of any document. It is refused for a reason that is known, or all readers agree
// about the result.
func FuzzEdit(f *testing.F) {
	for i, s := range corpus(f) {
		if len(s.text) < 400 {
			f.Add([]byte(s.text), uint16(i), uint8(i), "text")
		}
	}
	for seed := range uint64(50) {
		f.Add([]byte(randomDocument(seed, true)), uint16(seed), uint8(seed), "one\ntwo")
	}
	f.Fuzz(func(t *testing.T, src []byte, place uint16, kind uint8, text string) {
		d, _ := Parse(src, Limits{})
		s := newSubject(string(src))
		if d.unreadable {
			if _, err := d.Edit(Edit{Value: str(text)}); err == nil {
				t.Fatalf("%q cannot be read, but edited", src)
			}
		}
		if s == nil {
			return
		}
		all := s.spots()
		at := all[int(place)%len(all)]
		e := Edit{Path: at.path, Whole: kind%2 == 0}
		switch i := int(kind) % (len(sampleValues) + 4); {
		case i < len(sampleValues):
			e.Value = sampleValues[i]
		case i > len(sampleValues) || at.node == nil || len(at.path) == 0:
			e.Value = str(strings.ToValidUTF8(text, "?"))
		}
		if err := new(tally).try(s, at, e); err != nil {
			t.Fatal(err)
		}
	})
}
