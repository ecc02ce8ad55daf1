package eval

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFormats(t *testing.T) {
	want := []string{"detailed", "dotenv", "fish", "json", "powershell", "shell", "string", "yaml"}
	if diff := cmp.Diff(want, Formats()); diff != "" {
		t.Error(diff)
	}
	for _, format := range want {
		got := written(t, environmentWith(variable{"A", stringOf("a")}), FormatOptions{Format: format})
		if !strings.HasSuffix(got, "\n") || strings.HasSuffix(got, "\n\n") {
			t.Errorf("%s: %q", format, got)
		}
	}
}

func formatted() *Environment {
	return &Environment{Name: "e", Values: objectOf(members{
		"app":    objectOf(members{"hosts": arrayOf(stringOf("a"), stringOf("<b>")), "x.y": numberOf("1.50"), "e": objectOf(nil)}),
		"secret": members{"alpha": secretOf("s3")}.value(true),
		"later":  unknown(),
		"hidden": unknownSecret(),
	})}
}

func TestWrite(t *testing.T) {
	tests := []struct {
		opts FormatOptions
		want string
	}{
		{FormatOptions{Path: "app"}, `{
  "e": {},
  "hosts": [
    "a",
    "<b>"
  ],
  "x.y": 1.50
}
`},
		{FormatOptions{Format: "json", Path: "app.hosts[1]"}, "\"<b>\"\n"},
		{FormatOptions{Format: "json", Path: `app["x.y"]`}, "1.50\n"},
		{FormatOptions{Path: "secret"}, "\"[secret]\"\n"},
		{FormatOptions{Path: "secret", Reveal: true}, "{\n  \"alpha\": \"s3\"\n}\n"},
		{FormatOptions{Path: "secret.alpha"}, "\"[secret]\"\n"},
		{FormatOptions{Path: "later"}, "\"[unknown]\"\n"},
		{FormatOptions{Path: "later.of.it[3]", Reveal: true}, "\"[unknown]\"\n"},
		{FormatOptions{Path: "hidden.password"}, "\"[secret]\"\n"},
		{FormatOptions{Format: "yaml", Path: "app"}, "e: {}\nhosts:\n  - a\n  - \"<b>\"\nx.y: 1.50\n"},
		{FormatOptions{Format: "string", Path: "app.hosts"}, "\"a\",\"<b>\"\n"},
		{FormatOptions{Format: "string", Path: "app.e"}, "\n"},
		{FormatOptions{Format: "string", Path: "secret"}, "[secret]\n"},
		{FormatOptions{Format: "string", Path: "secret", Reveal: true}, "\"alpha\"=\"s3\"\n"},
	}
	for _, test := range tests {
		if got := written(t, formatted(), test.opts); got != test.want {
			t.Errorf("%+v:\n%s\nwant:\n%s", test.opts, got, test.want)
		}
	}
}

func TestWriteErrors(t *testing.T) {
	deep := stringOf(`"`)
	for range 90 {
		deep = arrayOf(deep)
	}
	env := formatted()
	env.Values = objectOf(members{"app": env.Values.Index(0), "deep": deep, "secret": env.Values.Index(3)})
	tests := []struct {
		opts FormatOptions
		want string
	}{
		{FormatOptions{Path: "b"}, `error: no value at "b"; the environment has "app", "deep", "secret" [no-value-at-path]`},
		{FormatOptions{Path: "ap"}, `error: no value at "ap"; did you mean "app"? [no-value-at-path]`},
		{FormatOptions{Path: "app.host[0]"}, `error: no value at "app.host[0]"; did you mean "app.hosts"? [no-value-at-path]`},
		{FormatOptions{Path: "app.hosts[2]"}, `error: no value at "app.hosts[2]" [no-value-at-path]`},
		{FormatOptions{Path: "app.hosts.a"}, `error: no value at "app.hosts.a" [no-value-at-path]`},
		{FormatOptions{Path: "secret.alpah"}, `error: no value at "secret.alpah" [no-value-at-path]`},
		{FormatOptions{Path: "a..b"}, `error: bad path: a dot has no name behind it; remove the dot or add a name [bad-path]`},
		{FormatOptions{Format: "dotenv", Path: "app"}, `error: format "dotenv" takes no path [path-not-allowed]`},
		{FormatOptions{Format: "shell", Path: "app"}, `error: format "shell" takes no path [path-not-allowed]`},
		{
			FormatOptions{Format: "detailed", Path: "app", Expressions: true},
			`error: format "detailed" with expressions takes no path [path-not-allowed]`,
		},
		{
			FormatOptions{Format: "string", Path: "deep"},
			`error: value has more than 67108864 bytes; write it as json or yaml [result-too-large]`,
		},
		{
			FormatOptions{Format: "jsom"},
			`unknown format "jsom"; allowed are "detailed", "dotenv", "fish", "json", "powershell", "shell", "string", "yaml"; did you mean "json"?`,
		},
		{
			FormatOptions{Format: "properties"},
			`unknown format "properties"; allowed are "detailed", "dotenv", "fish", "json", "powershell", "shell", "string", "yaml"`,
		},
	}
	for _, test := range tests {
		var b strings.Builder
		err := env.Write(&b, test.opts)
		if err == nil || err.Error() != test.want || b.Len() > 0 {
			t.Errorf("%+v: %v, wrote %d bytes, want %s", test.opts, err, b.Len(), test.want)
		}
	}
}

type brokenWriter struct{ err error }

func (w brokenWriter) Write([]byte) (int, error) { return 0, w.err }

func TestWriteReturnsTheErrorOfTheWriter(t *testing.T) {
	want := errors.New("disk full")
	if err := formatted().Write(brokenWriter{want}, FormatOptions{}); !errors.Is(err, want) {
		t.Errorf("got %v", err)
	}
}

func TestWriteWarnsOfTextThatIsNotUTF8(t *testing.T) {
	doc := parseValues(t, "r", "values:\n  a: x\n  b: {k: y}\n  c: z\n  d: {fn::secret: s}\n")
	values := evaluated(doc.Values)
	values.d.items[0].d = stringDatum("\xff", false)
	values.d.items[1].d = objectDatum([]string{"k\xff"}, []Value{values.d.items[0]}, false)
	values.d.items[3].d = stringDatum("\xff", true)
	env := &Environment{Name: "r", Values: values}
	tests := []struct {
		opts FormatOptions
		want []string
	}{
		{FormatOptions{Format: "json"}, []string{"r:2:6:", "r:3:6:"}},
		{FormatOptions{Format: "yaml", Reveal: true}, []string{"r:2:6:", "r:3:6:", "r:5:19:"}},
		{FormatOptions{Format: "detailed", Path: "a"}, []string{"r:2:6:"}},
		{FormatOptions{Format: "json", Path: "c"}, nil},
		{FormatOptions{Format: "string"}, nil},
	}
	for _, test := range tests {
		var got []string
		test.opts.Warn = func(d *Diagnostic) {
			if d.Code != "not-utf8" || !d.Warning {
				t.Errorf("warns with %v", d)
			}
			got = append(got, strings.Fields(d.String())[0])
		}
		written(t, env, test.opts)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%+v: %s", test.opts.Format, diff)
		}
	}
}
