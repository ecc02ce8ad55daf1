package eval

import (
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
)

func TestInterpolate(t *testing.T) {
	env := formatted()
	tests := []struct {
		text, want string
		secret     bool
	}{
		{"", "", false},
		{"plain $ text", "plain $ text", false},
		{"$${app} costs $$5", "${app} costs $5", false},
		{"${app.hosts[0]}", "a", false},
		{"--host=${app.hosts[1]}:${app[\"x.y\"]}!", "--host=<b>:1.50!", false},
		{"${app.hosts}", `"a","<b>"`, false},
		{"${secret.alpha}", "s3", true},
		{"a ${secret} b", `a "alpha"="s3" b`, true},
		{"${app.hosts[0]}${secret.alpha}", "as3", true},
	}
	for _, test := range tests {
		v, err := env.Interpolate(test.text)
		if err != nil {
			t.Errorf("%s: %v", test.text, err)
			continue
		}
		got, err := v.Reveal()
		if err != nil || got != test.want || v.Secret() != test.secret || v.Kind() != String {
			t.Errorf("%s: %q (%v), secret %v", test.text, got, err, v.Secret())
		}
		if test.secret && strings.Contains(fmt.Sprint(v), "s3") {
			t.Errorf("%s prints as %v", test.text, v)
		}
	}
	for text, secret := range map[string]bool{"${later.x}": false, "${app} ${hidden}": true} {
		if v, err := env.Interpolate(text); err != nil || v.Known() || v.Secret() != secret {
			t.Errorf("%s: %v, %v", text, v, err)
		}
	}
	for text, code := range map[string]string{
		"${a..b}": "bad-path", "${app": "unclosed-interpolation", "${ap}": "no-value-at-path", "${context.x}": "no-value-at-path",
	} {
		if v, err := env.Interpolate(text); codeOf(err) != code {
			t.Errorf("%s: %v, %v", text, v, err)
		}
	}
}

func TestSecrets(t *testing.T) {
	e := &Evaluator{Loader: FS(fstest.MapFS{
		"r.yaml": {Data: []byte("imports: [{b: {merge: false}}]\nvalues:\n  url: postgres://${imports.b.p}@h\n  n: 5\n")},
		"b.yaml": {Data: []byte("values: {p: {fn::secret: hunter2}}\n")},
	})}
	env, err := e.Open(t.Context(), "r")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for text := range env.Secrets() {
		all[text] = true
	}
	if !all["hunter2"] || !all["postgres://hunter2@h"] {
		t.Errorf("got %d secrets: %v", len(all), all)
	}
	if text := fmt.Sprintf("%v %+v %#v", struct{ e *Environment }{env}, struct{ e Environment }{*env}, struct{ e Environment }{*env}); strings.Contains(text, "hunter2") {
		t.Errorf("prints as %s", text)
	}
}
