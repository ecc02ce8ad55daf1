package eval_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/eval"
)

const rotated = `values:
  app:
    fn::rotate::keys:
      inputs: {user: app}
      state:
        current: "1"
        secret:
          fn::secret: {ciphertext: b25l}
  list:
    - fn::rotate: {provider: keys, inputs: {}}
  b: 1 # mine
`

// TestStatesAreTakenOver saves the text that somebody has had in an editor while rotators, and others, have saved.
func TestStatesAreTakenOver(t *testing.T) {
	const app, first = `values.app["fn::rotate::keys"].state`, `values.list[0]["fn::rotate"].state`
	const last = "{ciphertext: b25l}\n"
	const renewed = last + "        previous:\n          since: 7\n          flags: [true, {x: \"no\"}]\n"
	for _, tt := range []struct {
		name         string
		mine, theirs []string // old and new texts
		want         []string // what is saved of mine; nil for a conflict
		place        string   // of the conflict
	}{
		{"a new state", []string{"b: 1", "b: 2"}, []string{last, renewed}, []string{last, renewed}, ""},
		{"a new secret", []string{"b: 1", "b: 2"}, []string{"b25l", "dHdv"}, []string{"b25l", "dHdv"}, ""},
		{"the first state", []string{"b: 1", "b: 2"}, []string{"inputs: {}}", `inputs: {}, state: {a: "1"}}`}, []string{"inputs: {}}", `inputs: {}, state: {a: "1"}}`}, ""},
		{"two states", []string{"b: 1", "b: 2"}, []string{last, renewed, "inputs: {}}", `inputs: {}, state: {a: "1"}}`}, []string{last, renewed, "inputs: {}}", `inputs: {}, state: {a: "1"}}`}, ""},
		{"inputs are mine", []string{"user: app", "user: web"}, []string{last, renewed}, []string{last, renewed}, ""},
		{"something else, too", []string{"b: 1", "b: 2"}, []string{last, renewed, "user: app", "user: web"}, nil, app},
		{"a comment, too", []string{"b: 1", "b: 2"}, []string{last, renewed, "# mine", "# theirs"}, nil, app},
		{"something else", []string{"b: 1", "b: 2"}, []string{"user: app", "user: web"}, nil, ""},
		{"the state is mine, too", []string{`"1"`, `"3"`}, []string{last, renewed}, nil, app},
		{"I have renamed it", []string{"  app:", "  web:"}, []string{last, renewed}, nil, app},
		{"I have another kind of it", []string{"::keys", "::locks"}, []string{last, renewed}, nil, app},
		{"I have moved it in a list", []string{"    - fn", "    - 1\n    - fn"}, []string{"inputs: {}}", "inputs: {}, state: {}}"}, nil, first},
		{"it has lost its state", []string{"b: 1", "b: 2"}, []string{rotated[strings.Index(rotated, "      state"):strings.Index(rotated, "  list")], ""}, nil, ""},
		{"a state with an anchor", []string{"b: 1", "b: 2"}, []string{`"1"`, `&a "2"`}, nil, app},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := &memoryStore{text: []byte(rotated)}
			e, d := load(t, s)
			mine, theirs := strings.NewReplacer(tt.mine...).Replace(rotated), strings.NewReplacer(tt.theirs...).Replace(rotated)
			d, err := d.Replace([]byte(mine))
			if err != nil {
				t.Fatal(err)
			}
			s.text = []byte(theirs)
			d, err = e.Save(t.Context(), d)
			if tt.want != nil {
				wantBytes(t, d, err, strings.NewReplacer(tt.want...).Replace(mine))
				if string(s.text) != string(d.Bytes()) {
					t.Errorf("saved\n%s", s.text)
				}
				return
			}
			ds, _ := errors.AsType[eval.Diagnostics](err)
			if !errors.Is(err, eval.ErrConflict) || len(ds) != 1 || ds[0].Path != tt.place || string(s.text) != theirs {
				t.Errorf("got %v at %+v, want a conflict at %q\n%s", err, ds, tt.place, s.text)
			}
		})
	}
}
