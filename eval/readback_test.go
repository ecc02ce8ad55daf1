package eval

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/joho/godotenv"
)

// How many texts the consumers of each format read back, and how many variables one process gets.
const (
	manyTexts = 10_000
	batchSize = 1_000
)

// awkward are pieces of which texts are made that some consumer may misread.
var awkward = append([]string{
	"a", "b c", "HOME", " ", "\t", "\n", "\r", "\r\n", "'", `"`, "`", `\`, `\\`, `\'`, `\n`, `'\''`, "$", "$HOME", "${HOME}", "$(id)", "#", " # ", "=",
	"!", "!!", "%", "%s", "~", "*", "?", "[a]", "{a,b}", "<", ">", "|", "&", ";", "(", ")", "^", "--", "-n", "é", "😀", "‘", "’", "‚", "‛", "“", "”", "\u2028",
	"\u0085", "\ufeff", "\uf6ff", "\ufdd0", "\x01", "\x1b[0m", "\x7f", "\x80", "\xff", "\xed\xa0\x80", "\xf0\x9f", "@'\n", "EOF\n",
}, troublesome...)

// randomTexts are texts without NUL, most of them of awkward pieces, the others of random bytes.
func randomTexts(seed uint64, n int) []string {
	r := rand.New(rand.NewPCG(seed, seed))
	texts := make([]string, n)
	for i := range texts {
		var b strings.Builder
		for range r.IntN(8) {
			switch r.IntN(6) {
			case 0:
				for range r.IntN(20) {
					b.WriteByte(byte(1 + r.IntN(255)))
				}
			case 1:
				for range r.IntN(20) {
					b.WriteByte(byte(' ' + r.IntN('~'-' '+1)))
				}
			default:
				b.WriteString(awkward[r.IntN(len(awkward))])
			}
		}
		texts[i] = strings.ReplaceAll(b.String(), "\x00", "")
	}
	return texts
}

// A consumer reads what a format writes and returns the variables V0, V1 and so on.
type consumer struct {
	name, format string
	read         func(t *testing.T, script []byte, n int) []string
}

// shell is a consumer that runs the script and prints the variables behind it.
func shell(name, format, locale string, args ...string) (consumer, bool) {
	path, err := exec.LookPath(name)
	return consumer{name + " " + locale, format, func(t *testing.T, script []byte, n int) []string {
		for i := range n {
			script = fmt.Appendf(script, "printf '%%s\\0' \"$V%d\"\n", i)
		}
		file := filepath.Join(t.TempDir(), "script")
		if err := os.WriteFile(file, script, 0o600); err != nil {
			t.Fatal(err)
		}
		command := exec.Command(path, append(args, file)...)
		command.Env = []string{"LC_ALL=" + locale, "HOME=" + t.TempDir()}
		out, err := command.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %.1000q", err, out)
		}
		texts := strings.Split(string(out), "\x00")
		return texts[:len(texts)-1]
	}}, err == nil
}

// consumers are those that are installed.
func consumers(t *testing.T) []consumer {
	all := []consumer{{"grammar", "powershell", readPowerShell}, {"godotenv", "dotenv", readGodotenv}}
	add := func(c consumer, installed bool) {
		if installed {
			all = append(all, c)
		} else {
			t.Logf("%s is not installed", c.name)
		}
	}
	for _, locale := range []string{"C", "C.UTF-8"} {
		for _, name := range []string{"sh", "dash", "bash", "ksh", "zsh"} {
			add(shell(name, "shell", locale))
		}
		add(shell("fish", "fish", locale, "--no-config"))
	}
	add(powerShell())
	_, err := exec.LookPath("node")
	add(consumer{"node --env-file", "dotenv", readNode("require('util').parseEnv")}, err == nil)
	module := os.Getenv("ESCAPEMENT_DOTENV")
	add(consumer{"dotenv of npm", "dotenv", readNode("require(" + strconv.Quote(module) + ").parse")}, err == nil && module != "")
	return all
}

// TestConsumersReadBack has programs read what the formats write. It prints how many texts each of them has read, and how
// many of those that the format refuses it was spared.
func TestConsumersReadBack(t *testing.T) {
	enough := manyTexts
	if testing.Short() {
		enough = batchSize
	}
	for _, c := range consumers(t) {
		read, refused := 0, 0
		for seed := uint64(0); read < enough; seed++ {
			script, want := writeBatch(t, c.format, randomTexts(seed, batchSize))
			got := c.read(t, script, len(want))
			for i := range want {
				if i >= len(got) || got[i] != want[i] {
					t.Fatalf("%s: reads %d variables, and not %q", c.name, len(got), want[i])
				}
			}
			read, refused = read+len(want), refused+batchSize-len(want)
		}
		t.Logf("%-10s  %-20s  %d texts read back, 0 wrong, %d refused", c.format, c.name, read, refused)
		if refused > 3*read {
			t.Errorf("%s: read %d, refused %d", c.name, read, refused)
		}
	}
}

// writeBatch writes texts as variables and returns those that the format does not refuse.
func writeBatch(t *testing.T, format string, texts []string) (script []byte, written []string) {
	var b bytes.Buffer
	for _, text := range texts {
		env := environmentWith(variable{fmt.Sprintf("V%d", len(written)), secretOf(text)})
		switch err := env.Write(&b, FormatOptions{Format: format, Reveal: true}); {
		case err == nil:
			written = append(written, text)
		case codeOf(err) != "unquotable-variable":
			t.Fatal(err)
		}
	}
	return b.Bytes(), written
}

func TestNothingRuns(t *testing.T) {
	for _, c := range consumers(t) {
		trap := filepath.Join(t.TempDir(), "trap")
		text := "$(touch " + trap + ") q `touch " + trap + "`; touch " + trap + "\n(touch " + trap + ")"
		script := written(t, environmentWith(variable{"V0", stringOf(text)}), FormatOptions{Format: c.format, Reveal: true})
		if got := c.read(t, []byte(script), 1); len(got) != 1 || got[0] != text {
			t.Errorf("%s reads %q", c.name, got)
		}
		if _, err := os.Stat(trap); err == nil {
			t.Fatalf("%s ran a part of the value", c.name)
		}
	}
}

// powerShell is the real one. It gets the script as a user would give it: line by line.
func powerShell() (consumer, bool) {
	path, err := exec.LookPath("pwsh")
	return consumer{"pwsh", "powershell", func(t *testing.T, script []byte, n int) []string {
		file := filepath.Join(t.TempDir(), "script")
		if err := os.WriteFile(file, script, 0o600); err != nil {
			t.Fatal(err)
		}
		show := fmt.Sprintf(`Get-Content '%s' | Out-String | Invoke-Expression
0..%d | ForEach-Object { [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes("" + [Environment]::GetEnvironmentVariable("V$_"))) }`, file, n-1)
		out, err := exec.Command(path, "-NoProfile", "-Command", show).Output()
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for line := range strings.Lines(string(out)) {
			text, err := base64.StdEncoding.DecodeString(strings.TrimSpace(line))
			if err != nil {
				t.Fatal(err)
			}
			texts = append(texts, string(text))
		}
		return texts
	}}, err == nil
}

// readPowerShell reads the part of the grammar of PowerShell that the format uses: a literal in single quotes, in which two
// quotes are one, and which any of the five characters ends that PowerShell takes for a single quote; a character by its
// number; and -join of a list of these.
func readPowerShell(t *testing.T, script []byte, n int) (texts []string) {
	for line := range strings.Lines(string(script)) {
		line = strings.TrimSuffix(line, "\n")
		if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Fatalf("%q is not a line of ASCII", line)
		}
		name, expression, _ := strings.Cut(line, " = ")
		if name != fmt.Sprintf("$env:V%d", len(texts)) {
			t.Fatalf("%q sets something else", line)
		}
		list, joined := strings.CutPrefix(expression, "-join(")
		var units []uint16
		for first := true; first || joined && list[0] == ','; first = false {
			if !first {
				list = list[1:]
			}
			var part []uint16
			part, list = readOperand(t, list)
			units = append(units, part...)
		}
		if joined != (list == ")") || !joined && list != "" {
			t.Fatalf("%q has %q behind it", line, list)
		}
		texts = append(texts, string(utf16.Decode(units)))
	}
	return texts
}

func readOperand(t *testing.T, s string) (units []uint16, rest string) {
	if number, ok := strings.CutPrefix(s, "[char]"); ok {
		end := strings.IndexAny(number+",", ",)")
		unit, err := strconv.ParseUint(number[:end], 10, 16)
		if err != nil {
			t.Fatal(err)
		}
		return []uint16{uint16(unit)}, number[end:]
	}
	if !strings.HasPrefix(s, "'") {
		t.Fatalf("%q is no literal", s)
	}
	isQuote := func(r rune) bool { return r == '\'' || r >= '\u2018' && r <= '\u201b' }
	runes := []rune(s[1:])
	for i := 0; i < len(runes); i++ {
		if isQuote(runes[i]) {
			if i++; i == len(runes) || !isQuote(runes[i]) {
				return units, string(runes[i:])
			}
		}
		units = utf16.AppendRune(units, runes[i])
	}
	t.Fatalf("%q has no end", s)
	return nil, ""
}

func readGodotenv(t *testing.T, script []byte, _ int) []string {
	variables, err := godotenv.UnmarshalBytes(script)
	if err != nil {
		t.Fatal(err)
	}
	return byNumber(variables)
}

// byNumber are the values of V0, V1 and so on.
func byNumber(variables map[string]string) (texts []string) {
	smaller := func(a, b string) int { return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b)) }
	for _, name := range slices.SortedFunc(maps.Keys(variables), smaller) {
		texts = append(texts, variables[name])
	}
	return texts
}

// readNode reads with a function of JavaScript.
func readNode(parse string) func(*testing.T, []byte, int) []string {
	return func(t *testing.T, script []byte, _ int) []string {
		command := exec.Command("node", "-e", "process.stdout.write(JSON.stringify("+parse+"(require('fs').readFileSync(0, 'utf8'))))")
		command.Stdin = bytes.NewReader(script)
		command.Stderr = os.Stderr
		out, err := command.Output()
		if err != nil {
			t.Fatal(err)
		}
		variables := map[string]string{}
		if err := json.Unmarshal(out, &variables); err != nil {
			t.Fatal(err)
		}
		return byNumber(variables)
	}
}
