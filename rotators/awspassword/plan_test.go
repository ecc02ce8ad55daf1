package awspassword

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// In a world without faults a plan lists what the rotation then writes.
func TestPlan(t *testing.T) {
	for _, s := range starts[:3] {
		for _, inputs := range []map[string]any{nil, {"rotateAfter": "90d"}, {"minInterval": "168h"}, {"length": "x"}} {
			w := newWorld(s, variant{inputs: inputs})
			a := w.attempt()
			plan, err := a.rotator().Plan(a.ctx, a.request(w.doc.State()))
			if a.writes() > 0 || len(a.events) > 0 {
				t.Errorf("start %d: the plan wrote or reported", s.number)
			}
			b := w.attempt().perform()
			if (err != nil) != (b.err != nil) {
				t.Errorf("start %d: planned %v, happened %v", s.number, err, b.err)
				continue
			}
			var planned []string
			if plan != nil {
				for _, step := range plan.Steps {
					planned = append(planned, strings.TrimPrefix(step.Call, "iam:"))
				}
				w.say(*plan, fmt.Sprint(plan.Steps))
			}
			var happened []string
			for _, action := range b.actions() {
				if !strings.HasPrefix(action, "Get") {
					happened = append(happened, strings.TrimPrefix(action, "Save"))
				}
			}
			if !slices.Equal(planned, happened) {
				t.Errorf("start %d, %v: planned %q, happened %q", s.number, inputs, planned, happened)
			}
			if leaks := w.leaks(); len(leaks) > 0 {
				t.Error(leaks)
			}
			w.sim.Close()
		}
	}
}
