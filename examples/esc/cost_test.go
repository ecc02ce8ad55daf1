package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestColdOpen prints how long a new process takes to open an environment of ten documents, as a multiple of what it takes
// to print its version, which is the least that any command takes. It is not to be above 1.5; that is only printed, since
// no test fails on a time.
func TestColdOpen(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds esc")
	}
	dir := t.TempDir()
	program := filepath.Join(dir, "esc")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-buildvcs=false", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	writeDocuments(t, dir)
	run := func(args ...string) time.Duration {
		cmd := exec.CommandContext(t.Context(), program, args...)
		start := time.Now()
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return time.Since(start)
	}
	const rounds = 51
	opens, versions := make([]time.Duration, rounds), make([]time.Duration, rounds)
	for i := range rounds {
		opens[i] = run("--dir", dir, "open", "d0")
		versions[i] = run("version")
	}
	slices.Sort(opens)
	slices.Sort(versions)
	open, version := opens[rounds/2], versions[rounds/2]
	t.Logf("cold open of ten documents: %.1f ms, version: %.1f ms, ratio: %.2f (not to be above 1.5)",
		open.Seconds()*1000, version.Seconds()*1000, open.Seconds()/version.Seconds())
}

// writeDocuments writes ten documents of twenty values each, of which the first imports the others.
func writeDocuments(t *testing.T, dir string) {
	t.Helper()
	for i := range 10 {
		var b strings.Builder
		if i == 0 {
			b.WriteString("imports: [d1, d2, d3, d4, d5, d6, d7, d8, d9]\n")
		}
		b.WriteString("values:\n")
		for k := range 10 {
			fmt.Fprintf(&b, "  k%d_%d: {host: localhost, port: %d}\n  u%d_%d: http://${k%d_%d.host}:${k%d_%d.port}/\n", i, k, 8000+k, i, k, i, k, i, k)
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("d%d.yaml", i)), []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
	}
}
