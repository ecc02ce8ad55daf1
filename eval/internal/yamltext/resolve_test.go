package yamltext

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	third "go.yaml.in/yaml/v3"
)

const (
	maxDigits   = 1000
	maxExponent = 9999
)

// resolveCases reads the lines of testdata/resolve.txt: the source of a scalar, an arrow, and the kind,
// the value and the issue that it has.
func resolveCases(t testing.TB) []string {
	t.Helper()
	data, err := os.ReadFile("testdata/resolve.txt")
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

func TestResolve(t *testing.T) {
	cases := resolveCases(t)
	if len(cases) < 170 {
		t.Fatalf("only %d spellings", len(cases))
	}
	for _, line := range cases {
		source, want, ok := strings.Cut(line, "→")
		if !ok {
			t.Fatalf("bad line %q", line)
		}
		source = strings.TrimSpace(source)
		d := mustParse(t, "k: "+source+"\n")
		r, issue := Resolve(d.Root.Content[1], maxDigits, maxExponent)
		got := []string{r.Kind.String()}
		switch {
		case r.Kind == Bool:
			got = append(got, fmt.Sprint(r.Bool))
		case r.Text != "":
			got = append(got, r.Text)
		}
		if issue != nil {
			got = append(got, issue.Code)
		}
		if got := strings.Join(got, " "); got != strings.TrimSpace(want) {
			t.Errorf("%s → %s, want %s", source, got, want)
		}
	}
}

func TestResolveAbsent(t *testing.T) {
	d := mustParse(t, "k:\n")
	if r, issue := Resolve(d.Root.Content[1], 0, 0); r != (Resolved{}) || issue != nil {
		t.Errorf("got %+v, %v", r, issue)
	}
}

// TestResolveMessages compares each issue with the language's table.
func TestResolveMessages(t *testing.T) {
	for source, want := range map[string]Issue{
		".inf":     {Code: "number-not-finite", Message: "number is not finite", Hint: "put it in quotes for a string"},
		"1e10000":  {Code: "number-too-large", Message: "number has more than 1000 digits or an exponent beyond 9999", Hint: "put it in quotes for a string"},
		"!!int x":  {Code: "bad-tag", Message: "text cannot be read as !!int"},
		"!t x":     {Code: "unknown-tag", Message: `tag "!t" has no meaning here and is ignored`, Warning: true},
		"!t [x]":   {Code: "unknown-tag", Message: `tag "!t" has no meaning here and is ignored`, Warning: true},
		"!!str {}": {Code: "bad-tag", Message: "text cannot be read as !!str"},
		"0777": {Code: "leading-zero", Message: "number with a leading zero is read as octal",
			Hint: `write "0o…" for octal, no zero for decimal, or put it in quotes`, Warning: true},
	} {
		n := mustParse(t, "k: "+source).Root.Content[1]
		_, issue := Resolve(n, maxDigits, maxExponent)
		if issue == nil || fmt.Sprint(*issue) != fmt.Sprint(want) {
			t.Errorf("%s: got %+v, want %+v", source, issue, want)
		}
	}
}

func TestResolveCollections(t *testing.T) {
	for _, source := range []string{"[a]", "{a: b}", "!!seq [a]", "!!map {a: b}", "! [a]", "!!omap [a]"} {
		n := mustParse(t, "k: "+source).Root.Content[1]
		if r, issue := Resolve(n, 0, 0); r != (Resolved{}) || issue != nil {
			t.Errorf("%s: got %+v, %+v", source, r, issue)
		}
	}
}

func TestResolveAlias(t *testing.T) {
	d := mustParse(t, "a: &x 0x10\nb: *x\nc: &y [*x]\nd: *y\n")
	if r, issue := Resolve(d.Root.Content[3], 0, 0); r.Text != "16" || issue != nil {
		t.Errorf("alias of a number: got %+v, %v", r, issue)
	}
	if r, issue := Resolve(d.Root.Content[7], 0, 0); r != (Resolved{}) || issue != nil {
		t.Errorf("alias of a list: got %+v, %v", r, issue)
	}
	cycle, _ := Parse([]byte("a: &x [*x]\n"), Limits{})
	if r, issue := Resolve(cycle.Root.Content[1].Content[0], 0, 0); r != (Resolved{}) || issue != nil {
		t.Errorf("alias in its own anchor: got %+v, %v", r, issue)
	}
}

func TestNumberLimits(t *testing.T) {
	ok := strings.Repeat("9", maxDigits)
	for text, want := range map[string]bool{
		ok:                            true,
		"-" + ok:                      true,
		ok + "9":                      false,
		ok[1:] + ".5":                 true,
		ok + ".5":                     false,
		"0." + ok[1:]:                 true,
		"0." + ok:                     false,
		"0x" + ok[:800]:               true,
		"-0x" + ok[:830]:              true,
		"0x" + ok[:900]:               false, // the decimal has more digits
		"0b1" + ok:                    false,
		"0b" + strings.Repeat("1", 9): true,
		"1e" + strings.Repeat("0", maxDigits-2) + "1": true,
		"1e" + strings.Repeat("0", maxDigits) + "1":   false,
		strings.Repeat("1_", maxDigits):               true,
		strings.Repeat("1_", maxDigits+1):             false,
	} {
		if strings.HasPrefix(text, "0b") && strings.Contains(text, "9") {
			text = strings.ReplaceAll(text, "9", "1")
		}
		r, issue := Resolve(&Node{Value: text}, maxDigits, maxExponent)
		if got := issue == nil && r.Kind == Number; got != want {
			t.Errorf("%.20s… (%d bytes): got %v, want %v", text, len(text), got, want)
		}
	}
	if r, issue := Resolve(&Node{Value: "1e10000"}, 0, 0); r.Kind != Number || issue != nil {
		t.Errorf("without limits: got %+v, %v", r, issue)
	}
}

// thirdDiffers lists the texts that the third reader takes for something else. The values of all
// others must be equal.
var thirdDiffers = []struct {
	name  string
	match func(text string, r Resolved, theirs any) bool
}{
	{"beyond 64 bits or the range of a float: a string", func(_ string, r Resolved, theirs any) bool {
		_, isText := theirs.(string)
		value, _ := new(big.Rat).SetString(r.Text)
		if !isText || r.Kind != Number || value == nil {
			return false
		}
		_, exact := new(big.Int).SetString(r.Text, 10)
		float, _ := value.Float64()
		return exact && value.Num().BitLen() > 63 || float > 1e308 || float < -1e308
	}},
	{"date: a time", func(_ string, r Resolved, theirs any) bool {
		_, isTime := theirs.(time.Time)
		return isTime && r.Kind == String
	}},
	{"underscore behind a leading dot: a string", func(text string, r Resolved, _ any) bool {
		return r.Kind == Number && regexp.MustCompile(`^\..*_`).MatchString(text)
	}},
	{"octal beyond 64 bits: decimal", func(text string, r Resolved, theirs any) bool {
		_, isFloat := theirs.(float64)
		return isFloat && r.Kind == Number && len(r.Text) >= 19 && regexp.MustCompile(`^[-+]?0[0-7_]*$`).MatchString(text)
	}},
	{"underscore before the first digit: a number", func(text string, r Resolved, _ any) bool {
		return r.Kind == String && regexp.MustCompile(`^[-+.]+_`).MatchString(text)
	}},
	{"sign behind the prefix of a base: a number", func(text string, r Resolved, _ any) bool {
		return r.Kind == String && regexp.MustCompile(`^-?_*0_*[bo]_*[-+]`).MatchString(text)
	}},
}

// TestResolveDifferential compares what random texts mean with the third reader.
func TestResolveDifferential(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	numbers, texts, unknown, differ := 0, 0, 0, map[string]int{}
	for range runs(1_000_000) {
		text := randomNumber(random)
		r, issue := Resolve(&Node{Value: text}, maxDigits, maxExponent)
		if issue != nil && !issue.Warning {
			continue // exponents that others cannot take
		}
		var theirs any
		if err := (&third.Node{Kind: third.ScalarNode, Value: text}).Decode(&theirs); err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		if r.Kind == Number {
			numbers++
		} else {
			texts++
		}
		if sameValue(r, theirs) {
			continue
		}
		name := differenceOf(text, r, theirs)
		if name == "" {
			unknown++
			t.Errorf("%q: %+v, third reader %T %v", text, r, theirs, theirs)
			continue
		}
		differ[name]++
	}
	t.Logf("two readers: scalars: %d numbers, %d texts, %d differences of unknown kinds, known ones %v", numbers, texts, unknown, differ)
	if numbers == 0 || texts == 0 {
		t.Errorf("%d numbers and %d texts: neither may be zero", numbers, texts)
	}
}

// randomNumber returns a text of the characters that numbers are made of.
func randomNumber(random *rand.Rand) string {
	pick := func(s ...string) string { return s[random.IntN(len(s))] }
	digits := func() string {
		var b strings.Builder
		for range random.IntN(6) {
			b.WriteString(pick("0", "1", "5", "7", "8", "9", "_", "123456789", "777"))
		}
		return b.String()
	}
	if random.IntN(3) == 0 {
		const alphabet = "+-.0123456789xobeE_"
		b := make([]byte, 1+random.IntN(8))
		for i := range b {
			b[i] = alphabet[random.IntN(len(alphabet))]
		}
		return string(b)
	}
	text := pick("", "", "-", "+") + pick("", "0", "0x", "0o", "0b", "00", "0X", "0O", "0B") + digits()
	return text + pick("", "", ".", "."+digits()) + pick("", "", "e"+pick("", "-", "+")+pick("1", "07", "300", "400", "9999"), "E5")
}

// differenceOf returns the name of a listed difference, "" if there is none.
func differenceOf(text string, r Resolved, theirs any) string {
	for _, d := range thirdDiffers {
		if d.match(text, r, theirs) {
			return d.name
		}
	}
	return ""
}

// sameValue compares a resolved scalar with what the third reader makes of it, by the exact value if
// that is an integer, by the nearest float otherwise.
func sameValue(r Resolved, theirs any) bool {
	if r.Kind == Null {
		return theirs == nil
	}
	ours, ok := new(big.Rat).SetString(r.Text)
	if r.Kind != Number || !ok {
		return r.Kind == String && theirs == any(r.Text)
	}
	switch v := theirs.(type) {
	case int, int64, uint64:
		return ours.RatString() == fmt.Sprint(v)
	case float64:
		float, _ := ours.Float64()
		return float == v
	default:
		return false
	}
}

var jsonNumber = regexp.MustCompile(`^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$`)

// TestRewrittenNumbers compares numbers that are rewritten with their spelling, by exact value.
func TestRewrittenNumbers(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	rewritten := 0
	for range runs(300_000) {
		text := randomNumber(random)
		r, issue := Resolve(&Node{Value: text}, maxDigits, maxExponent)
		if r.Kind != Number || issue != nil {
			continue
		}
		clean := strings.TrimPrefix(strings.ReplaceAll(text, "_", ""), "+")
		if !strings.ContainsAny(clean, "xXoObB") { // a zero in front means octal to math/big
			sign, digits := cutSign(clean)
			if digits = strings.TrimLeft(digits, "0"); digits == "" || digits[0] < '1' || digits[0] > '9' {
				digits = "0" + digits
			}
			clean = sign + digits
		}
		want, ok := new(big.Rat).SetString(clean)
		got, valid := new(big.Rat).SetString(r.Text)
		if !ok || !valid || want.Cmp(got) != 0 {
			t.Fatalf("%q is rewritten as %q", text, r.Text)
		}
		if !jsonNumber.MatchString(r.Text) {
			t.Fatalf("%q is rewritten as %q, which is no JSON", text, r.Text)
		}
		if r.Text != text {
			rewritten++
		}
	}
	if rewritten == 0 {
		t.Error("nothing was rewritten")
	}
}
