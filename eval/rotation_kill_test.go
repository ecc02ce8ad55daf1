//go:build unix || windows

package eval_test

import (
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/eval"
)

func writeX(t *testing.T) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "r.yaml"), []byte(documentX), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// Case 155: a process that dies after a hand-over has saved the state.
func TestKilledAfterHandOver(t *testing.T) {
	dir := writeX(t)
	c := startChild(t, "rotate and wait", dir)
	if line := c.line(); line != "saved" {
		t.Fatalf("the process says %q", line)
	}
	c.kill()
	if n := stepIn(t, eval.Dir(dir)); n != 1 {
		t.Errorf("the document holds %d", n)
	}
	if text, err := os.ReadFile(filepath.Join(dir, "r.yaml")); err != nil || !strings.HasSuffix(string(text), "\n  other: 1\n") {
		t.Errorf("the rest of the document is gone: %s, %v", text, err)
	}
}

// A rotator that dies at any instant leaves a document that can be opened, and in it a state that it handed over: the last
// one that was confirmed, or the one that was being saved. The next one goes on from there.
func TestRotationsKilledAtAnyStep(t *testing.T) {
	dir := writeX(t)
	draw := rand.New(rand.NewPCG(1, 155))
	n, longest := 0, 0
	for range max(*kills/2, 5) {
		c := startChild(t, "rotate", dir, strconv.Itoa(1+draw.IntN(60)))
		begun, handed, saved := -1, n, n
		for line := c.line(); line != ""; line = c.line() {
			word, number, _ := strings.Cut(line, " ")
			at, err := strconv.Atoi(number)
			if err != nil {
				t.Fatalf("the process says %q", line)
			}
			*map[string]*int{"begin": &begun, "hand": &handed, "saved": &saved}[word] = at
		}
		if err := c.Wait(); err == nil {
			t.Error("the process was not killed")
		}
		now := max(stepIn(t, eval.Dir(dir)), 0)
		if begun != n || now < saved || now > handed || handed > saved+1 {
			t.Errorf("the process began with %d, saved %d and handed over %d; the document had %d and has %d", begun, saved, handed, n, now)
		}
		longest = max(longest, now-n)
		n = now
	}
	if longest < 2 {
		t.Errorf("no process saved more than %d states", longest)
	}
	t.Logf("%d states in order", n)
}
