//go:build unix

package killed

import (
	"testing"
	"time"
)

// TestRivals holds a process on both sides of each call and of each save, and meanwhile lets another one rotate the same
// document: at once, when the first one's claim has expired, and a day later. After both the same holds as after a kill.
func TestRivals(t *testing.T) {
	for _, c := range []struct {
		form
		points, oneIn int
		rotations     []int
	}{{published, 36, 7, []int{0, 1, 2}}, {console, 18, 5, []int{0, 1}}, {several, 110, 41, []int{1}}} {
		t.Run(c.name, func(t *testing.T) {
			held, cells, first, second := 0, 0, map[string]int{}, map[string]int{}
			for _, rotations := range c.rotations {
				for _, frozen := range []time.Duration{0, 6 * time.Minute, 25 * time.Hour} {
					for point := 1; point <= c.points; point++ {
						if cells++; !sampled(cells, c.oneIn) {
							continue
						}
						s := newStage(t, c.form)
						for range rotations {
							s.settle()
						}
						s.sim.Advance(15 * time.Minute)
						s.meanwhile = func() time.Duration {
							held++
							began := s.sim.Clock().Now()
							s.sim.Advance(frozen)
							out, _ := s.run(moment{}, nil)
							for _, end := range ends(out) {
								second[end]++
							}
							return s.sim.Clock().Now().Sub(began)
						}
						out, _ := s.perform(moment{pause: point})
						for _, end := range ends(out) {
							first[end]++
						}
						s.check()
						s.settle()
						if t.Failed() {
							t.Fatalf("%d rotations, held at %d for %v: %s", rotations, point, frozen, out)
						}
					}
				}
			}
			t.Logf("%s, %d rounds: a process held, and another one in between: %v at the end of the first, %v of the second", c.name, held, first, second)
			if held == 0 || second["rotated"] == 0 {
				t.Error("no process was held, or nobody has rotated meanwhile")
			}
		})
	}
}
