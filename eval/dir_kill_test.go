//go:build unix || windows

package eval_test

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/escapement-go/escapement/eval"
)

var kills = flag.Int("kills", 40, "how many processes to kill at random times while they save")

// state says which version of the environment dev is in a directory.
func state(t testing.TB, dir string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(dir, "dev.yaml"))
	if err != nil {
		t.Error(err)
	}
	for _, name := range []string{"old", "new"} {
		if bytes.Equal(text, version(name)) {
			return name
		}
	}
	t.Errorf("the file has %d bytes that begin with %.40q and are neither version", len(text), text)
	return "other"
}

// recoverDirectory saves version "old" again, after which nothing that a dead process has left is there.
func recoverDirectory(t testing.TB, dir, state string) {
	t.Helper()
	for _, file := range files(t, dir) {
		if !slices.Contains([]string{"dev.yaml", ".dev.yaml.tmp", ".dev.yaml.lock"}, file) {
			t.Errorf("%s was left", file)
		}
	}
	if err := eval.Dir(dir).Save(t.Context(), "dev", version(state), version("old")); err != nil {
		t.Errorf("the next save: %v", err)
	}
	checkVersion(t, dir, "old")
}

// A process that dies before any step leaves the old text, or the new one from the rename on.
func TestSaveKilledAtEveryStep(t *testing.T) {
	before, after := eval.SaveSteps()
	counts := map[string]int{}
	dir := newDirectory(t)
	for _, step := range slices.Concat(before, after) {
		c := startChild(t, "save", dir, step)
		said := c.line()
		if err := c.Wait(); err == nil || said != "" {
			t.Errorf("%s: the process was not killed: %q, %v", step, said, err)
		}
		got, want := state(t, dir), "old"
		if slices.Contains(after[1:], step) {
			want = "new"
		}
		if got != want {
			t.Errorf("%s: version %s, want %s", step, got, want)
		}
		counts[got]++
		recoverDirectory(t, dir, got)
	}
	t.Logf("kills at steps: %d steps, %d old, %d new, %d other", len(before)+len(after), counts["old"], counts["new"], counts["other"])
}

// A process that dies at any time leaves the old text or the new one.
func TestSaveKilledAtRandom(t *testing.T) {
	dir := newDirectory(t)
	random := rand.New(rand.NewPCG(1, 2))
	counts := map[string]int{}
	left := map[string]int{}
	longest := float64(2 * time.Millisecond) // that a process lives; follows what a save takes here, so that half of them end
	for range *kills {
		c := startChild(t, "ready", dir)
		if line := c.line(); line != "ready" {
			t.Fatal(line)
		}
		c.tell("go")
		end := time.Now().Add(time.Duration(random.Float64() * longest))
		for time.Now().Before(end) { // a sleep is too coarse
		}
		c.kill()
		for _, file := range files(t, dir) {
			left[filepath.Ext(file)]++
		}
		got := state(t, dir)
		counts[got]++
		if got == "old" {
			longest *= 1.2
		} else {
			longest /= 1.2
		}
		recoverDirectory(t, dir, got)
	}
	t.Logf("kills: %d rounds, %d old, %d new, %d other; %d temporary and %d lock files left, and removed by the next save",
		*kills, counts["old"], counts["new"], counts["other"], left[".tmp"], left[".lock"])
}

// Two processes that change different lines of one document lose no change of the other.
func TestSaveByTwoProcesses(t *testing.T) {
	const count = 200
	dir := t.TempDir()
	makeTree(t, dir, map[string]string{"dev.yaml": "# both\nfirst: 0\nbetween: 0\nsecond: 0\n"})
	first, second := startChild(t, "edit", dir, "1", strconv.Itoa(count)), startChild(t, "edit", dir, "3", strconv.Itoa(count))
	conflicts := 0
	for _, c := range []*child{first, second} {
		said := c.line()
		n, err := strconv.Atoi(said)
		if err != nil {
			t.Fatal(said)
		}
		conflicts += n
	}
	text, err := os.ReadFile(filepath.Join(dir, "dev.yaml"))
	if want := fmt.Sprintf("# both\nfirst:%d\nbetween: 0\nsecond:%d\n", count, count); err != nil || string(text) != want {
		t.Errorf("got %q, %v, want %q", text, err, want)
	}
	if left := files(t, dir); len(left) != 1 {
		t.Errorf("%v was left", left)
	}
	t.Logf("two processes: %d saves, %d conflicts, 0 lost", 2*count, conflicts)
}

// Of two processes that save over the same text at once, one wins and the other has a conflict.
func TestSaveByRivals(t *testing.T) {
	const rounds = 50
	dir := t.TempDir()
	makeTree(t, dir, map[string]string{"dev.yaml": "nobody"})
	names := []string{"first", "second"}
	rivals := []*child{startChild(t, "rival", dir, names[0]), startChild(t, "rival", dir, names[1])}
	wins := map[string]int{}
	for round := range rounds {
		present := "nobody " + strconv.Itoa(round)
		makeTree(t, dir, map[string]string{"dev.yaml": present})
		for _, rival := range rivals {
			rival.tell(present)
		}
		said := []string{rivals[0].line(), rivals[1].line()}
		winner := slices.Index(said, "saved")
		if winner < 0 || said[1-winner] != "conflict" {
			t.Fatalf("round %d: %s", round, strings.Join(said, ", "))
		}
		text, err := os.ReadFile(filepath.Join(dir, "dev.yaml"))
		if err != nil || string(text) != names[winner] {
			t.Errorf("round %d: %q, %v, want %q", round, text, err, names[winner])
		}
		wins[names[winner]]++
	}
	t.Logf("rivals: %d rounds, %d won by one, %d by the other, %d conflicts", rounds, wins["first"], wins["second"], rounds)
}
