package main

import (
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// newViews returns a view for each notation.
func newViews(patterns *automaton) []view {
	views := []view{
		&escapeView{finder: newFinder(patterns)},
		&escapeView{finder: newFinder(patterns), special: `\`, decode: decodeBackslash},
		&escapeView{finder: newFinder(patterns), special: `'`, decode: decodeQuote},
		&escapeView{finder: newFinder(patterns), special: `%`, decode: decodePercent},
		&escapeView{finder: newFinder(patterns), special: `%+`, decode: decodePercent},
	}
	for skew := range 4 {
		views = append(views, &digitView{finder: newFinder(patterns), value: base64Value, bits: 6, skew: skew, skip: skew})
	}
	for skew := range 2 {
		views = append(views, &digitView{finder: newFinder(patterns), value: hexValue, bits: 4, skew: skew, skip: skew})
	}
	return views
}

// A finder finds patterns in decoded text and says where they stand in the input.
type finder struct {
	patterns *automaton
	state    int32
	from     [maxPattern]int // where the last decoded bytes begin in the input
	n        int             // of decoded bytes
	found    []span
}

func newFinder(patterns *automaton) finder { return finder{patterns: patterns} }

// put takes a decoded byte and what it was decoded from.
func (f *finder) put(char byte, from, to int) {
	f.from[f.n%maxPattern] = from
	f.n++
	f.state = f.patterns.step(f.state, char)
	if match := int(f.patterns.nodes[f.state].match); match > 0 {
		f.found = append(f.found, span{from: f.begin(match), to: to})
	}
}

// begin is where the last bytes begin in the input.
func (f *finder) begin(bytes int) int { return f.from[(f.n-bytes)%maxPattern] }

func (f *finder) pending() (from int, ok bool) {
	at := f.state
	for at != 0 && f.patterns.nodes[at].child == 0 { // no pattern goes on from here
		at = f.patterns.nodes[at].fail
	}
	if at == 0 {
		return 0, false
	}
	return f.begin(int(f.patterns.nodes[at].depth)), true
}

func (f *finder) take() []span {
	found := f.found
	f.found = nil
	return found
}

// An escapeView reads text in which some characters are written as escapes.
type escapeView struct {
	finder
	special string // what escapes begin with
	decode  decoder
	escape  []byte // begun and not ended
	at      int    // where that begins
}

// A decoder returns what the first characters of p stand for, and how many these are: 0 if what they are depends on what
// comes behind p.
type decoder func(p []byte) (text []byte, width int)

func (v *escapeView) read(input []byte, at int) []span {
	for i, char := range input {
		if len(v.escape) == 0 {
			if strings.IndexByte(v.special, char) < 0 {
				v.put(char, at+i, at+i+1)
				continue
			}
			v.at = at + i
		}
		v.escape = append(v.escape, char)
		v.decodeEscape()
	}
	return v.take()
}

func (v *escapeView) decodeEscape() {
	for len(v.escape) > 0 {
		text, width := v.escape[:1], 1
		if strings.IndexByte(v.special, v.escape[0]) >= 0 {
			if text, width = v.decode(v.escape); width == 0 {
				return
			}
		}
		for _, char := range text {
			v.put(char, v.at, v.at+width)
		}
		v.escape = v.escape[:copy(v.escape, v.escape[width:])]
		v.at += width
	}
}

func (v *escapeView) pending() (from int, ok bool) {
	if from, ok = v.finder.pending(); ok {
		return from, true
	}
	return v.at, len(v.escape) > 0
}

// decodePercent reads the escapes of URLs, and a plus sign as the space that it is in queries.
func decodePercent(p []byte) ([]byte, int) {
	if p[0] == '+' {
		return []byte(" "), 1
	}
	char, width := number(p[1:], 2, 16)
	switch {
	case width == 0:
		return nil, 0
	case width < 0:
		return p[:1], 1
	}
	return []byte{byte(char)}, 3
}

// number reads a number of so many digits and returns how many it has: 0 if p is too short, -1 if these are no digits.
func number(p []byte, digits, base int) (n uint64, width int) {
	complete := len(p) >= digits
	p = p[:min(digits, len(p))]
	n, err := strconv.ParseUint(string(p), base, 32)
	switch {
	case err != nil && len(p) > 0:
		return 0, -1
	case !complete:
		return 0, 0
	}
	return n, digits
}

// decodeQuote reads what a shell reads as one quote within quotes.
func decodeQuote(p []byte) ([]byte, int) {
	for _, form := range []string{`'\''`, `'"'"'`} {
		switch {
		case len(p) >= len(form) && string(p[:len(form)]) == form:
			return p[:1], len(form)
		case len(p) < len(form) && string(p) == form[:len(p)]:
			return nil, 0
		}
	}
	return p[:1], 1
}

var backslashed = map[byte]byte{'a': '\a', 'b': '\b', 'e': 0x1b, 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v'}

// decodeBackslash reads the escapes of JSON, YAML, C and the languages that have theirs. Any other character stands for
// itself, as it does in shells.
func decodeBackslash(p []byte) ([]byte, int) {
	if len(p) < 2 {
		return nil, 0
	}
	digits, from, base := 0, 2, 16
	switch p[1] {
	case 'x':
		digits = 2
	case 'u':
		return decodeUnicode(p)
	case 'U':
		digits = 8
	case '0', '1', '2', '3':
		digits, from, base = 3, 1, 8
	}
	if digits > 0 {
		switch n, width := number(p[from:], digits, base); {
		case width == 0:
			return nil, 0
		case width > 0 && digits == 8:
			return utf8.AppendRune(nil, rune(n)), from + width
		case width > 0:
			return []byte{byte(n)}, from + width
		}
	}
	if char, ok := backslashed[p[1]]; ok {
		return []byte{char}, 2
	}
	return p[1:2], 2
}

// decodeUnicode reads \u with four hexadecimal digits, and two of them where they are one character.
func decodeUnicode(p []byte) ([]byte, int) {
	n, width := number(p[2:], 4, 16)
	switch {
	case width < 0:
		return p[1:2], 2
	case width == 0:
		return nil, 0
	case n < 0xd800 || n > 0xdbff:
		return utf8.AppendRune(nil, rune(n)), 6
	}
	rest := p[6:]
	if begin := min(len(rest), 2); string(rest[:begin]) != `\u`[:begin] {
		return utf8.AppendRune(nil, utf8.RuneError), 6
	}
	low, width := uint64(0), 0
	if len(rest) >= 2 {
		low, width = number(rest[2:], 4, 16)
	}
	r := utf16.DecodeRune(rune(n), rune(low))
	switch {
	case width == 0:
		return nil, 0
	case width < 0 || r == utf8.RuneError:
		return utf8.AppendRune(nil, utf8.RuneError), 6
	}
	return utf8.AppendRune(nil, r), 12
}

const (
	// minWrapped is how many digits a line has that goes on in the next one: those of OpenSSL, PEM and MIME have 64 and 76.
	minWrapped = 60

	// maxBlank is how much white space may stand between two such lines.
	maxBlank = 100
)

// A digitView reads text of digits of so many bits, which may be wrapped. It takes the first digits for the end of
// something else: there is a view for each number of these, so that a secret is found wherever it begins.
type digitView struct {
	finder
	value  func(char byte) int // -1: no digit
	bits   int
	skew   int
	skip   int // digits that are left of these
	buffer int // bits that are not decoded yet
	n      int // number of these
	last   int // where the last digit stands
	line   int // digits in this line
	blank  int // white space behind it
}

func (v *digitView) read(input []byte, at int) []span {
	for i, char := range input {
		switch digit := v.value(char); {
		case digit >= 0:
			v.digit(digit, at+i)
		case v.line >= minWrapped && v.blank < maxBlank && strings.IndexByte("\n\r\t ", char) >= 0:
			v.blank++
		case v.line > 0:
			v.state, v.buffer, v.n, v.line, v.blank = 0, 0, 0, 0, 0
			v.skip = v.skew
		}
	}
	return v.take()
}

func (v *digitView) digit(digit, at int) {
	if v.blank > 0 {
		v.line, v.blank = 0, 0
	}
	v.line++
	if v.skip > 0 {
		v.skip--
		return
	}
	v.buffer = v.buffer<<v.bits | digit
	if v.n += v.bits; v.n >= 8 {
		v.n -= 8
		v.put(byte(v.buffer>>v.n), v.last, at+1)
		v.buffer &= 1<<v.n - 1
	}
	v.last = at
}

func (v *digitView) pending() (from int, ok bool) {
	if from, ok = v.finder.pending(); ok {
		return from, true
	}
	return v.last, v.n > 0 && v.patterns.begins(v.buffer, v.n)
}

// base64Value knows the digits of both alphabets.
func base64Value(char byte) int {
	switch {
	case 'A' <= char && char <= 'Z':
		return int(char - 'A')
	case 'a' <= char && char <= 'z':
		return int(char-'a') + 26
	case '0' <= char && char <= '9':
		return int(char-'0') + 52
	case char == '+' || char == '-':
		return 62
	case char == '/' || char == '_':
		return 63
	}
	return -1
}

func hexValue(char byte) int {
	switch {
	case '0' <= char && char <= '9':
		return int(char - '0')
	case 'a' <= char && char <= 'f':
		return int(char-'a') + 10
	case 'A' <= char && char <= 'F':
		return int(char-'A') + 10
	}
	return -1
}
