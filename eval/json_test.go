package eval

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/escapement-go/escapement/schema"
)

func TestJSON(t *testing.T) {
	tests := []struct {
		value              Value
		redacted, revealed string // revealed is "" if it is the same
	}{
		{value: Value{}, redacted: `null`},
		{value: boolOf(true), redacted: `true`},
		{value: numberOf("3.10"), redacted: `3.10`},
		{value: numberOf("123456789012345678901234567890"), redacted: `123456789012345678901234567890`},
		{value: stringOf("<é>&\u2028\u2029"), redacted: `"<é>&\u2028\u2029"`},
		{value: stringOf("\"\\/\b\f\n\r\t\x00\x1f\x7f"), redacted: `"\"\\/\b\f\n\r\t\u0000\u001f` + "\x7f" + `"`},
		{value: arrayOf(), redacted: `[]`},
		{value: objectOf(nil), redacted: `{}`},
		{
			value:    objectOf(members{"b": stringOf("<é>"), "a": numberOf("3.10"), "c": arrayOf(Value{}, arrayOf())}),
			redacted: `{"a":3.10,"b":"<é>","c":[null,[]]}`,
		},
		{value: secretOf("s3"), redacted: `"[secret]"`, revealed: `"s3"`},
		{
			value:    members{"a": members{"k": secretOf("s3")}.value(true)}.value(false),
			redacted: `{"a":"[secret]"}`, revealed: `{"a":{"k":"s3"}}`,
		},
		{value: Value{d: nullDatum(true)}, redacted: `"[secret]"`, revealed: `null`},
		{value: arrayOf(unknown(), unknownSecret()), redacted: `["[unknown]","[secret]"]`, revealed: `["[unknown]","[unknown]"]`},
	}
	for _, test := range tests {
		if got := test.value.String(); got != test.redacted {
			t.Errorf("redacted: %s, want %s", got, test.redacted)
		}
		w := jsonWriter{reveal: true}
		w.value(test.value)
		if want := cmpOr(test.revealed, test.redacted); string(w.buf) != want {
			t.Errorf("revealed: %s, want %s", w.buf, want)
		}
		if w.notUTF8 || w.full {
			t.Errorf("%s: notUTF8 %v, full %v", w.buf, w.notUTF8, w.full)
		}
	}
}

func cmpOr(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func TestJSONIsThatOfTheStandardLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := valueGen{text: textGen(true)}.draw(t, 4)
		plain, err := v.Reveal()
		if err != nil {
			t.Fatal(err)
		}
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(plain); err != nil {
			t.Fatal(err)
		}
		if got := v.String() + "\n"; got != want.String() {
			t.Fatalf("%s, want %s", got, &want)
		}
	})
}

func TestJSONReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := valueGen{text: textGen(true), secrets: true}.draw(t, 4)
		for _, reveal := range []bool{false, true} {
			w := jsonWriter{reveal: reveal}
			w.value(v)
			var got any
			decoder := json.NewDecoder(bytes.NewReader(w.buf))
			decoder.UseNumber()
			if err := decoder.Decode(&got); err != nil {
				t.Fatalf("%s: %v", w.buf, err)
			}
			if diff := cmp.Diff(shownData(v.data(), reveal), got); diff != "" {
				t.Fatalf("%s (-want +got):\n%s", w.buf, diff)
			}
		}
	})
}

// shownData is the data that a redacted or revealed form of a value holds.
func shownData(d *datum, reveal bool) any {
	if text, hidden := redacted(d, reveal); hidden {
		return text
	}
	switch d.kind {
	case Array:
		list := []any{}
		for _, item := range d.items {
			list = append(list, shownData(item.data(), reveal))
		}
		return list
	case Object:
		object := map[string]any{}
		for i, item := range d.items {
			object[d.keys[i]] = shownData(item.data(), reveal)
		}
		return object
	}
	plain, _ := Value{d: d}.Reveal()
	return plain
}

func TestJSONOfTextThatIsNotUTF8(t *testing.T) {
	w := jsonWriter{}
	w.value(objectOf(members{"a\xff": stringOf("\xed\xa0\x80b\ufffd")}))
	if want := "{\"a\ufffd\":\"\ufffd\ufffd\ufffdb\ufffd\"}"; string(w.buf) != want || !w.notUTF8 {
		t.Errorf("%s, notUTF8 %v, want %s", w.buf, w.notUTF8, want)
	}
	w = jsonWriter{}
	w.value(secretOf("\xff"))
	if w.notUTF8 {
		t.Error("a redacted secret counts as not UTF-8")
	}
}

func TestJSONLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := valueGen{text: textGen(false)}.draw(t, 4)
		all := v.String()
		limit := rapid.IntRange(1, len(all)+5).Draw(t, "limit")
		w := jsonWriter{reveal: true, limit: limit}
		w.value(v)
		if w.full != (len(all) > limit) {
			t.Fatalf("%d bytes with limit %d: full is %v", len(all), limit, w.full)
		}
		if !w.full && string(w.buf) != all {
			t.Fatalf("%s, want %s", w.buf, all)
		}
	})
}

func TestJSONLimitIsPrompt(t *testing.T) {
	v := stringOf("x")
	for range 90 {
		v = arrayOf(v, v)
	}
	w := jsonWriter{limit: 1 << 20}
	w.value(v)
	if !w.full || len(w.buf) > 2<<20 {
		t.Errorf("%d bytes, full %v", len(w.buf), w.full)
	}
}

func TestToJSONAndToYAML(t *testing.T) {
	v := objectOf(members{"b": stringOf("<é>"), "a": numberOf("3.10"), "s": secretOf("yes"), "l": arrayOf(Value{})})
	const (
		asJSON = `{"a":3.10,"b":"\u003cé\u003e","l":[null],"s":"yes"}`
		asYAML = "a: 3.10\nb: \"<é>\"\nl:\n  - null\ns: \"yes\"\n"
	)
	tests := []struct {
		name  string
		apply func(*datum, Limits) (*datum, error)
		value Value
		limit int
		want  string
		err   error
	}{
		{"json", toJSON, v, len(asJSON), asJSON, nil},
		{"yaml", toYAML, v, len(asYAML), asYAML, nil},
		{"json", toJSON, v, len(asJSON) - 1, "", errTooLarge},
		{"yaml", toYAML, v, len(asYAML) - 1, "", errTooLarge},
		{"json", toJSON, secretOf("\xff"), 100, "", notUTF8()},
		{"yaml", toYAML, objectOf(members{"\xff": Value{}}), 100, "", notUTF8()},
	}
	for _, test := range tests {
		got, err := test.apply(test.value.data(), Limits{StringBytes: test.limit})
		if fmt.Sprint(err) != fmt.Sprint(test.err) || err == nil && (got.kind != String || *got.text != test.want) {
			t.Errorf("%s of %v: %v, %v", test.name, test.value, got, err)
		}
	}
}

func TestEveryVerbRedacts(t *testing.T) {
	v := objectOf(members{"a": secretOf(canary), "b": arrayOf(unknownSecret(), members{canary: numberOf("1")}.value(true))})
	const want = `{"a":"[secret]","b":["[secret]","[secret]"]}`
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x"} {
		if got := fmt.Sprintf(verb, v); got != want {
			t.Errorf("%s: %s", verb, got)
		}
	}
	if got := v.LogValue().String(); got != want {
		t.Errorf("log: %s", got)
	}
}

func TestRedactedFormsHoldNoSecret(t *testing.T) {
	revealed := 0
	rapid.Check(t, func(t *rapid.T) {
		v := objectOf(members{"p": valueGen{text: textGen(false), secrets: true}.draw(t, 4)})
		env := &Environment{Name: "e", Values: v}
		for _, format := range []string{"json", "yaml", "string", "detailed"} {
			var b strings.Builder
			if err := env.Write(&b, FormatOptions{Format: format}); err != nil {
				t.Fatal(err)
			}
			if strings.Contains(b.String(), canary) {
				t.Fatalf("%s: %s", format, b.String())
			}
			if b.Reset(); env.Write(&b, FormatOptions{Format: format, Reveal: true}) == nil && strings.Contains(b.String(), canary) {
				revealed++
			}
		}
	})
	if revealed == 0 {
		t.Error("no value held a secret")
	}
}

// TestEmbeddedValuesStayHidden prints values where package fmt cannot call their methods: in unexported fields.
func TestEmbeddedValuesStayHidden(t *testing.T) {
	type holder struct {
		value  Value
		values []Value
		secret schema.Secret
	}
	v := objectOf(members{"a": secretOf(canary), "b": arrayOf(secretOf(canary), unknownSecret())})
	written := environmentOf(parseValues(t, "r", "values: {s: {fn::secret: "+canary+"}}\n")).Values
	for _, v := range []Value{v, v.Index(0), v.Index(1), v.Index(1).Index(0), written, written.Index(0)} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%d", "%x", "%X", "%t", "%p", "%Z"} {
			held := holder{v, []Value{v}, schema.NewSecret(canary)}
			for _, x := range []any{held, &held, []holder{held}, map[string]holder{"k": held}} {
				if got := fmt.Sprintf(verb, x); strings.Contains(got, canary) || strings.Contains(got, fmt.Sprintf("%x", canary)) {
					t.Errorf("%s of %T: %s", verb, x, got)
				}
			}
		}
	}
}
