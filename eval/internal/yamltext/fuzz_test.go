package yamltext

import (
	"strings"
	"testing"
	"time"
)

// FuzzParse reads any text. Reading never panics, not even within the libraries, and every span lies
// in the text; if the tokens fit, then places are in order. What the text at a place means by itself is
// for the documents of the generators, since in any text that depends on what is around it.
func FuzzParse(f *testing.F) {
	for _, s := range corpus(f) {
		f.Add([]byte(s.text))
	}
	for seed := range uint64(50) {
		f.Add([]byte(randomDocument(seed, true)))
	}
	for _, shape := range shapes {
		f.Add([]byte(shape(3)))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		begin := time.Now()
		text := string(src)
		d, issues := work(text, Limits{Bytes: 1 << 20, Depth: 100, Nodes: 500_000})
		for _, i := range issues {
			if strings.HasSuffix(i.Message, unreadable) {
				t.Fatalf("a panic was swallowed: %+v", i)
			}
			checkSpan(t, text, i.Span)
			for _, r := range i.Related {
				checkSpan(t, text, r.Span)
			}
		}
		for i := range d.nodes {
			n := &d.nodes[i]
			checkSpan(t, text, d.Span(n))
			checkSpan(t, text, d.TagSpan(n))
			checkSpan(t, text, d.PartSpan(n, len(n.Value)/3, len(n.Value)))
			Resolve(n, maxDigits, maxExponent)
		}
		if err := checkPlaces(text, func(*Document, *Node, place) error { return nil }); err != nil {
			if _, ok := err.(*misfitError); !ok {
				t.Error(err)
			}
		}
		if took := time.Since(begin); len(text) < 20_000 && took > 5*time.Second {
			t.Errorf("takes %v", took)
		}
	})
}

// checkSpan asserts that a span lies in the text, and that its lines and columns are those of its
// bytes.
func checkSpan(t *testing.T, text string, s Span) {
	t.Helper()
	if s.Begin.Byte < 0 || s.Begin.Byte > s.End.Byte || s.End.Byte > len(text) {
		t.Fatalf("span %+v of %d bytes", s, len(text))
	}
	if len(text) > 20_000 {
		return
	}
	begin, end := lineColumn(text, s.Begin.Byte), lineColumn(text, s.End.Byte)
	if begin != s.Begin || end != s.End {
		t.Fatalf("span %+v should be %+v", s, Span{begin, end})
	}
}

// lineColumn counts lines and columns of a byte from the beginning of the text.
func lineColumn(text string, offset int) Pos {
	p := Pos{Line: 1, Column: 1, Byte: offset}
	before := strings.TrimPrefix(text[:offset], byteOrderMark)
	for i, r := range before {
		p.Column++
		if r == '\n' || r == '\r' && !strings.HasPrefix(text[len(text[:offset])-len(before)+i+1:], "\n") {
			p.Line, p.Column = p.Line+1, 1
		}
	}
	return p
}

// FuzzResolve resolves any text. A number is always one of JSON, and resolves to itself.
func FuzzResolve(f *testing.F) {
	for _, line := range resolveCases(f) {
		text, _, _ := strings.Cut(line, "→")
		f.Add(strings.TrimSpace(text), "")
		f.Add(strings.Trim(text, " \"'"), "!!int")
	}
	for _, s := range corpus(f) {
		d, _ := Parse([]byte(s.text), Limits{})
		for i := range d.nodes {
			f.Add(d.nodes[i].Value, d.nodes[i].Tag)
		}
	}
	f.Fuzz(func(t *testing.T, text, tag string) {
		r, issue := Resolve(&Node{Value: text, Tag: tag}, maxDigits, maxExponent)
		if r.Kind != Number {
			return
		}
		if issue != nil && !issue.Warning {
			t.Errorf("%q is a number with the error %+v", text, issue)
		}
		if !jsonNumber.MatchString(r.Text) {
			t.Errorf("%q is rewritten as %q", text, r.Text)
		}
		if again, _ := Resolve(&Node{Value: r.Text}, 0, 0); again != r {
			t.Errorf("%q means %+v, then %+v", text, r, again)
		}
	})
}
