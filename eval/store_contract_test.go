//go:build unix || windows

package eval_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/storetest"
)

// A directory keeps the rules of stores, whichever step of a save fails.
func TestDirContract(t *testing.T) {
	before, after := eval.SaveSteps()
	steps := slices.Concat(before, after, []string{eval.PlaceStep})
	met := 0
	storetest.Run(t, func() storetest.World {
		dir := t.TempDir()
		var mu sync.Mutex
		planted := ""
		return storetest.World{
			Saver: eval.DirStepping(dir, func(step string) error {
				mu.Lock()
				defer mu.Unlock()
				if step != planted {
					return nil
				}
				met++
				return errors.New("no room on the disk")
			}),
			Put: func(name string, text []byte) {
				file := filepath.Join(dir, filepath.FromSlash(name)+".yaml")
				if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(file, text, 0o644); err != nil {
					t.Fatal(err)
				}
			},
			Another: func() eval.Saver { return eval.Dir(dir) },
			Faults:  steps,
			Plant: func(fault string) {
				mu.Lock()
				defer mu.Unlock()
				planted = fault
			},
			Slow: true, // it flushes
		}
	})
	if t.Logf("%d steps: %d faults were met", len(steps), met); met < len(steps) {
		t.Errorf("only %d faults were met", met)
	}
}
