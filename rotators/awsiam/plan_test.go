package awsiam

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// In a world without faults a plan lists what the rotation then writes.
func TestPlanIsWhatHappens(t *testing.T) {
	figures := &tally{table: "F3"}
	for _, s := range slices.Concat(starts, publishStarts) {
		for _, inputs := range []map[string]any{nil, at90(), {"verify": false}, {"orphans": "report"}, {"previousInUse": "fail"}} {
			w := newWorld(s, variant{inputs: inputs})
			w.watch.Unverified = inputs["verify"] != nil
			a := w.attempt()
			req := a.request(w.doc.State())
			plan, err := a.rotator().Plan(a.ctx, req)
			if a.writes() > 0 || len(a.events) > 0 {
				t.Errorf("start %d: the plan wrote or reported", s.number)
			}
			a = w.attempt()
			a.perform()
			want := w.log(a)
			got := stepsOf(plan)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("start %d, %v, ended with %s (-happened +planned):\n%s", s.number, inputs, a.end(), diff)
			}
			if (err != nil) != (a.err != nil && len(want) == 0) || err != nil && fmt.Sprint(err) != fmt.Sprint(a.err) {
				t.Errorf("start %d, %v: planned %v, happened %v", s.number, inputs, err, a.err)
			}
			if plan != nil {
				w.say(*plan, fmt.Sprint(plan.Steps))
			}
			w.finish(figures, fmt.Sprint(inputs), len(want) > 0)
		}
	}
	figures.report(t)
}

// log lists what a run has written.
func (w *world) log(a *attempt) []string {
	var all []string
	saves := w.doc.Revisions()[1:]
	for _, c := range w.sim.Calls() {
		switch {
		case c.Run != a.run.Name():
		case c.Action == "Save":
			all = append(all, "save "+shape(saves[0].State))
			saves = saves[1:]
		case c.Action == "PutSecretValue":
			all = append(all, putSecret)
		case c.Action == "CreateAccessKey":
			all = append(all, "iam:CreateAccessKey ")
		case c.Action == "DeleteAccessKey" || c.Action == "UpdateAccessKey":
			all = append(all, "iam:"+c.Action+" "+c.KeyID)
		}
	}
	return all
}

func stepsOf(plan *rotators.Plan) []string {
	if plan == nil {
		return nil
	}
	var all []string
	for _, s := range plan.Steps {
		switch s.Call {
		case "":
			all = append(all, "save "+shape(s.State))
		case putSecret:
			all = append(all, s.Call)
		default:
			all = append(all, s.Call+" "+s.KeyID)
		}
	}
	return all
}

// shape is a state with what a plan cannot know taken out: the new key and the times at which things happen.
func shape(state map[string]any) string {
	return fmt.Sprint(blur("", state))
}

func blur(name string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		m := map[string]any{}
		for name, e := range v {
			m[name] = blur(name, e)
		}
		return m
	case []any:
		var l []any
		for _, e := range v {
			l = append(l, blur(name, e))
		}
		return l
	case string:
		if name == "accessKeyId" && isNew(v) {
			return schema.Unknown{}
		}
		if name == "createdAt" || name == "promotedAt" || name == "at" || name == "id" {
			return schema.Unknown{}
		}
	case schema.Secret:
		return schema.Unknown{}
	}
	return v
}

// isNew tells whether a key was made by a run.
func isNew(id string) bool {
	for _, letter := range []string{"C", "P", "N", "O", "H", "HH"} {
		if id == keyID(letter) {
			return false
		}
	}
	return true
}
