package eval

import (
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestStringify(t *testing.T) {
	tests := []struct {
		value Value
		want  string
	}{
		{Value{}, ""},
		{boolOf(true), "true"},
		{boolOf(false), "false"},
		{numberOf("3.10"), "3.10"},
		{stringOf("a\"b\n\xff"), "a\"b\n\xff"},
		{secretOf("s3"), "s3"},
		{arrayOf(), ""},
		{objectOf(nil), ""},
		{arrayOf(numberOf("1"), stringOf("two"), Value{}), `"1","two",""`},
		{objectOf(members{"b": numberOf("1"), "a": stringOf("x")}), `"a"="x","b"="1"`},
		{arrayOf(stringOf("q\"\\\né\x00\x7f\u00a0\u202e\xff\ufffd")), `"q\"\\\né\x00\x7f\u00a0\u202e\xff` + "\ufffd" + `"`},
		{arrayOf(arrayOf(stringOf(`"`))), `"\"\\\"\""`},
		{objectOf(members{"k\n": objectOf(members{"\n": stringOf("\x00")})}), `"k\n"="\"\\n\"=\"\\x00\""`},
	}
	for _, test := range tests {
		if got, ok := stringify(test.value.data(), 1000); got != test.want || !ok {
			t.Errorf("stringify(%s) = %s, %v, want %s", test.value, got, ok, test.want)
		}
	}
}

// naiveText follows the words of the specification, at exponential cost.
func naiveText(d *datum) string {
	var parts []string
	switch d.kind {
	case Bool:
		return strconv.FormatBool(d.bool)
	case Number, String:
		return *d.text
	case Array:
		for _, item := range d.items {
			parts = append(parts, strconv.Quote(naiveText(item.data())))
		}
	case Object:
		for i, item := range d.items {
			parts = append(parts, strconv.Quote(d.keys[i])+"="+strconv.Quote(naiveText(item.data())))
		}
	}
	return strings.Join(parts, ",")
}

func TestStringifyIsRepeatedQuoting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := valueGen{text: textGen(false)}.draw(t, 4).data()
		want := naiveText(d)
		limit := rapid.IntRange(0, 2*len(want)).Draw(t, "limit")
		got, ok := stringify(d, limit)
		if ok != (len(want) <= limit) {
			t.Fatalf("stringify with limit %d of a text of %d bytes = %v", limit, len(want), ok)
		}
		if ok && got != want {
			t.Fatalf("stringify = %s, want %s", got, want)
		}
	})
}

func TestAppendTextCountsWhatIsThere(t *testing.T) {
	b, ok := appendText([]byte("123"), stringOf("45").data(), 5)
	if string(b) != "12345" || !ok {
		t.Errorf("appendText = %q, %v", b, ok)
	}
	if _, ok := appendText([]byte("123"), stringOf("456").data(), 5); ok {
		t.Error("appendText goes beyond its limit")
	}
}

// Without the limit, these texts are longer than any memory.
func TestStringifyStopsAtTheLimit(t *testing.T) {
	deep, wide := stringOf(`"`), stringOf("x")
	for range 99 {
		deep = arrayOf(deep)
		wide = objectOf(members{"a": wide, "b": wide})
	}
	for name, v := range map[string]Value{"deep": deep, "wide": wide} {
		text, ok := stringify(v.data(), 1<<20)
		if ok || len(text) > 2<<20 {
			t.Errorf("%s: stringify = %d bytes, %v", name, len(text), ok)
		}
	}
}
