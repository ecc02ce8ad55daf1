package main

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

// redact redacts a text that comes in chunks of these lengths, the last one for all the rest.
func redact(t testing.TB, secrets []string, text string, chunks ...int) string {
	t.Helper()
	patterns, _ := patternsOf(secrets)
	if patterns == nil {
		t.Fatal("there is nothing to look for")
	}
	var out strings.Builder
	r := newRedactor(&out, patterns)
	for _, n := range append(chunks, len(text)) {
		n = min(n, len(text))
		if written, err := r.Write([]byte(text[:n])); err != nil || written != n {
			t.Fatal(written, err)
		}
		text = text[n:]
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestRedact(t *testing.T) {
	long := strings.Repeat("0123456789abcdef", 200) + "end"
	wrapped := base64.StdEncoding.EncodeToString([]byte("before" + long))
	wrapped = wrapped[:76] + "\r\n  " + wrapped[76:152] + "\r\n  " + wrapped[152:]
	tests := []struct {
		secrets    []string
		text, want string
	}{
		{[]string{"hunter2"}, "password hunter2.\n", "password [secret].\n"},
		{[]string{"hunter2"}, "hunterhunter22 hunter", "hunter[secret]2 hunter"},
		{[]string{"hunter2"}, "hunter2hunter2", "[secret]"},
		{[]string{"abcdef", "defghi", "cdef", "ef"}, "xabcdefghix cdefx ef", "x[secret]x [secret]x ef"},
		{[]string{"abc", "  \n", "  abcde  "}, "abc abcde    abcde  .", "abc [secret]    [secret]  ."},
		{[]string{"first line\n  ab\r\n  last line\n"}, "a\n    last line\nab first line\n", "a\n    [secret]\nab [secret]\n"},
		{[]string{`a"<é>/😀`}, `{"x": "a\"\u003cé\u003E\/\ud83d\uDE00"}`, `{"x": "[secret]"}`},
		{[]string{`it's`}, `'it'\''s' "it's" 'it'"'"'s' it\'s $'it\x27s' its`, `'[secret]' "[secret]" '[secret]' [secret] $'[secret]' its`},
		{[]string{"a\x01\nb"}, `$'a\001\nb' a\u0001\u000ab "a\x01\nb"`, `$'[secret]' [secret] "[secret]"`},
		{[]string{"a b+c/d"}, "a%20b%2bc%2Fd a+b%2Bc/d a b+c%2fd", "[secret] [secret] [secret]"},
		{[]string{"a\xffbcd"}, "a\ufffdbcd a\\ufffdbcd", "[secret] [secret]"},
		{[]string{"hunter2"}, "aHVudGVyMg== YWh1bnRlcjI eGFodW50ZXIyeA 68756e74657232 A68756E74657232", "[secret]== Y[secret] eG[secret]eA [secret] A[secret]"},
		{[]string{"hunter2"}, "aHVudGVy\nMg==\n", "aHVudGVy\nMg==\n"}, // lines as short as these are not wrapped
		{[]string{"hunter2"}, "aaHVudGVyMg== a/aHVudGVyMg== a-_aHVudGVyMg==", "a[secret]== a/[secret]== a-_[secret]=="},
		{[]string{`it'\''s %41+\x`}, `it'\''s %41+\x`, "[secret]"},
		{[]string{long}, long + "\n", "[secret]\n"},
		{[]string{long}, wrapped, wrapped[:8] + "[secret]="},
		{[]string{long}, hex.EncodeToString([]byte(long)), "[secret]"},
		{[]string{"aaaab"}, strings.Repeat("a", 3000) + "b", strings.Repeat("a", 2996) + "[secret]"},
	}
	for _, test := range tests {
		for _, chunk := range []int{1, 2, 3, 7, 1000000} {
			chunks := slices.Repeat([]int{chunk}, len(test.text)/chunk)
			if diff := cmp.Diff(test.want, redact(t, test.secrets, test.text, chunks...)); diff != "" {
				t.Errorf("%.60q in chunks of %d: -want +got\n%s", test.text, chunk, diff)
			}
		}
	}
}

func TestShortSecrets(t *testing.T) {
	patterns, short := patternsOf([]string{"abc", "", " ", "abc", "1", "four"})
	if patterns == nil || short != 2 {
		t.Errorf("%v, %d", patterns, short)
	}
	if patterns, short := patternsOf([]string{"abc"}); patterns != nil || short != 1 {
		t.Errorf("%v, %d", patterns, short)
	}
}

// TestHeldBack makes sure that only the beginning of a secret is held back, and no line of anything else.
func TestHeldBack(t *testing.T) {
	var out strings.Builder
	patterns, _ := patternsOf([]string{"hunter2", "first line\nsecond line"})
	r := newRedactor(&out, patterns)
	want := ""
	for _, step := range []struct{ text, out string }{
		{"Working...", "Working..."},
		{" done.\n", " done.\n"},
		{"Continue? h", "Continue? "},
		{"unter", ""},
		{" 2\n", "hunter 2\n"},
		{"hunter2", "[secret]"},
		{"\n", "\n"},
		{"42\n", "42\n"},
		{"first line\n", "[secret]"}, // it stands for as much of the two lines as is to come
		{"second", ""},
		{"\n", "\nsecond\n"},
	} {
		want += step.out
		if _, err := r.Write([]byte(step.text)); err != nil || out.String() != want {
			t.Fatalf("behind %q there is %q, want %q", step.text, &out, want)
		}
	}
}

var full = flag.Bool("full", false, "redact 10,000 random secrets, and have AWS's SDK read as many credentials")

// spellings are the ways in which programs write a secret.
var spellings = []struct {
	name  string
	spell func(r *rand.Rand, secret string) string
}{
	{"as it is", func(_ *rand.Rand, s string) string { return s }},
	{"JSON", func(_ *rand.Rand, s string) string { return inJSON(s, true) }},
	{"JSON, not for HTML", func(_ *rand.Rand, s string) string { return inJSON(s, false) }},
	{"JSON with slashes", func(_ *rand.Rand, s string) string { return strings.ReplaceAll(inJSON(s, true), "/", `\/`) }},
	{"JSON, any escapes", anyJSON},
	{"Go", func(_ *rand.Rand, s string) string { return strconv.Quote(s) }},
	{"Go in ASCII", func(_ *rand.Rand, s string) string { return strconv.QuoteToASCII(s) }},
	{"URL query", func(_ *rand.Rand, s string) string { return url.QueryEscape(s) }},
	{"URL path", func(_ *rand.Rand, s string) string { return url.PathEscape(s) }},
	{"URL, any escapes", anyPercent},
	{"POSIX shell", func(_ *rand.Rand, s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }},
	{"Python's shell", func(_ *rand.Rand, s string) string { return "'" + strings.ReplaceAll(s, "'", `'"'"'`) + "'" }},
	{"hex", func(_ *rand.Rand, s string) string { return hex.EncodeToString([]byte(s)) }},
	{"HEX", func(_ *rand.Rand, s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s))) }},
	{"base64", func(_ *rand.Rand, s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) }},
	{"base64 for URLs", func(_ *rand.Rand, s string) string { return base64.RawURLEncoding.EncodeToString([]byte(s)) }},
	{"base64 of more", func(r *rand.Rand, s string) string {
		return base64.StdEncoding.EncodeToString([]byte("user:"[r.IntN(3):] + s + "\nmore"))
	}},
	{"base64 in lines", func(r *rand.Rand, s string) string {
		return wrap(base64.StdEncoding.EncodeToString([]byte("user:"[r.IntN(3):]+s)), []int{64, 76}[r.IntN(2)])
	}},
	{"lines", func(_ *rand.Rand, s string) string { return strings.ReplaceAll(s, "\n", "\r\n\t") }},
}

func inJSON(s string, html bool) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(html)
	if err := enc.Encode(s); err != nil {
		panic(err) // every string has a JSON form
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// anyJSON escapes characters of JSON at random.
func anyJSON(r *rand.Rand, s string) string {
	var b strings.Builder
	for _, c := range s {
		if r.IntN(2) == 0 {
			quoted := inJSON(string(c), r.IntN(2) == 0)
			b.WriteString(quoted[1 : len(quoted)-1])
			continue
		}
		for _, unit := range utf16.Encode([]rune{c}) {
			fmt.Fprintf(&b, []string{`\u%04x`, `\u%04X`}[r.IntN(2)], unit)
		}
	}
	return b.String()
}

// anyPercent escapes bytes for URLs at random.
func anyPercent(r *rand.Rand, s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		if c == '%' || r.IntN(2) == 0 {
			fmt.Fprintf(&b, []string{"%%%02x", "%%%02X"}[r.IntN(2)], c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func wrap(s string, width int) string {
	var b strings.Builder
	for chunk := range slices.Chunk([]byte(s), width) {
		b.Write(append(chunk, '\n'))
	}
	return b.String()
}

// randomSecret makes passwords, text, bytes, keys of several lines and long tokens.
func randomSecret(r *rand.Rand) string {
	letters := func(n int, from, to rune) string {
		text := make([]rune, n)
		for i := range text {
			text[i] = from + r.Int32N(to-from+1)
		}
		return string(text)
	}
	secret := ""
	switch r.IntN(6) {
	case 0:
		secret = letters(r.IntN(30), '0', 'z')
	case 1:
		secret = letters(r.IntN(60), ' ', '~')
	case 2:
		secret = letters(r.IntN(10), ' ', '~') + letters(r.IntN(10), ' ', 0x2fff) + letters(r.IntN(3), 0x1f600, 0x1f64f) + `<&>'"\/%+`[r.IntN(9):]
	case 3:
		for range r.IntN(40) {
			secret += string([]byte{byte(r.IntN(256))})
		}
	case 4:
		secret = "-----BEGIN KEY-----\n" + wrap(letters(r.IntN(300), '0', 'z'), 64) + "-----END KEY-----\n"
	case 5:
		secret = letters(1000+r.IntN(2000), '!', '~')
	}
	secret = strings.TrimSpace(strings.ReplaceAll(secret, delimiter, ""))
	if len(secret) < minRedacted {
		secret += "a?b/"
	}
	return secret
}

// A delimiter stands between the spellings and is in no secret.
const delimiter = "\x1e"

// TestRandomSecrets redacts random secrets in each spelling, in chunks of random lengths. What is left of a spelling is
// nothing of the secret, and what stands between them is still there.
func TestRandomSecrets(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	count, chunked, leaks := 1000, 0, 0
	switch {
	case *full:
		count = 10_000
	case testing.Short():
		count = 100
	}
	for n := range count {
		secret := randomSecret(r)
		text := ""
		for _, s := range spellings {
			text += s.spell(r, secret) + delimiter
		}
		var chunks []int
		for left := len(text); left > 0; left -= chunks[len(chunks)-1] {
			chunks = append(chunks, 1+r.IntN([]int{3, 40, 4000}[r.IntN(3)]))
		}
		chunked += len(chunks)
		out := redact(t, []string{secret}, text, chunks...)
		parts := strings.Split(out, delimiter)
		if len(parts) != len(spellings)+1 {
			t.Fatalf("%q becomes %q", text, out)
		}
		for i, s := range spellings {
			if left := leftOf(secret, parts[i], s.name); left != "" {
				leaks++
				t.Errorf("%s: of %q there is left %q: %q", s.name, secret, left, parts[i])
			}
		}
		if n%10 > 0 {
			continue
		}
		if whole := redact(t, []string{secret}, text); whole != out {
			t.Fatalf("the chunks %d of %q make a difference: %q and %q", chunks, text, out, whole)
		}
	}
	t.Logf("%d secrets in %d spellings, in %d chunks: %d leaks", count, len(spellings), chunked, leaks)
}

// leftOf is what is left of a spelling of a secret.
func leftOf(secret, redacted, spelling string) string {
	switch spelling {
	case "base64 of more", "base64 in lines":
		redacted = strings.Join(strings.Fields(redacted), "")
		if i := strings.Index(redacted, redactedText); i < 0 || i > 7 || len(redacted)-i-len(redactedText) > 9 {
			return redacted // more than what stands around it
		}
		return ""
	case "lines":
		for line := range strings.Lines(secret) {
			if line = strings.TrimSpace(line); len(line) >= minRedacted && strings.Contains(redacted, line) {
				return line
			}
		}
		return ""
	}
	return strings.TrimFunc(strings.ReplaceAll(redacted, redactedText, ""), func(r rune) bool {
		return strings.ContainsRune(`"'=`, r) || unicode.IsSpace(r)
	})
}

func FuzzRedact(f *testing.F) {
	f.Add("hunter2", `hunter2 aHVudGVyMg== \u0068unter2 %68unter2`, 3)
	f.Add("it's\na b", `it'\''s a b it%27s%0Aa+b`, 1)
	f.Add("[secret]", "[secret][secret]", 5)
	f.Fuzz(func(t *testing.T, secret, text string, chunk int) {
		if len(strings.TrimSpace(secret)) < minRedacted || chunk < 1 {
			return
		}
		out := redact(t, []string{secret}, text, slices.Repeat([]int{chunk}, len(text)/chunk)...)
		if whole := redact(t, []string{secret}, text); whole != out {
			t.Fatalf("%q in chunks, and %q", out, whole)
		}
		parts := strings.Split(out, redactedText)
		rest := text
		for _, part := range parts {
			i := strings.Index(rest, part)
			if i < 0 {
				t.Fatalf("%q is not in %q", part, rest)
			}
			rest = rest[i+len(part):]
			if strings.Contains(part, secret) {
				t.Fatalf("%q is left in %q", secret, out)
			}
		}
		if len(parts) == 1 && out != text {
			t.Fatalf("%q becomes %q", text, out)
		}
	})
}

func BenchmarkRedact(b *testing.B) {
	innocent := strings.Repeat("2026-01-02T03:04:05Z INFO listening on 0.0.0.0:8080, 3 of 4 workers are ready\n", 1000)
	for name, c := range map[string]struct{ secret, text string }{
		"log":     {"hunter2", innocent},
		"secrets": {"hunter2", strings.Repeat("hunter2", len(innocent)/7)},
		"almost":  {strings.Repeat("a", 1000) + "b", strings.Repeat("a", len(innocent))},
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			for b.Loop() {
				redact(b, []string{c.secret}, c.text)
			}
		})
	}
}
