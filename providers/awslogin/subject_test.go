package awslogin_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/escapement-go/escapement/providers/awslogin"
)

func TestSubjects(t *testing.T) {
	attributes := map[string]string{"pulumi.user.login": "personA", "pulumi.token.type": "team", "pulumi.token.team": "a:b"}
	const (
		org    = "pulumi:environments:pulumi.organization.login:contoso"
		plain  = "pulumi:environments:org:contoso:env:"
		noHint = `has no value; set up the issuer with one, or remove the attribute from "oidc.subjectAttributes"`
	)
	tests := []struct {
		environment, root string
		attributes        []string
		want              string
		err               string
	}{
		{"project/development", "", nil, plain + "project/development", ""},
		{"a", "", []string{}, plain + "a", ""},
		{"default/a", "", nil, plain + "a", ""},
		{"default/a/b", "", nil, plain + "default/a/b", ""},
		{"default", "", nil, plain + "default", ""},
		{"project/a@3", "", nil, plain + "project/a", ""},
		{"default/a@stable", "", nil, plain + "a", ""},
		{"<yaml>", "", nil, plain + "<yaml>", ""},
		{"a:env:b", "", nil, plain + "a%3Aenv%3Ab", ""},
		{"a%3Ab", "", nil, plain + "a%253Ab", ""},
		{"a*?b", "", nil, plain + "a%2A%3Fb", ""},
		{"${aws:x}", "", nil, plain + "%24%7Baws%3Ax%7D", ""},
		{"ü b", "", nil, plain + "%C3%BC%20b", ""},
		{"\xff\x00", "", nil, plain + "%FF%00", ""},
		{"A-Za-z0-9._~/+=,-<>", "", nil, plain + "A-Za-z0-9._~/+=,-<>", ""},
		{"project/development", "other", []string{"currentEnvironment.name", "pulumi.user.login"},
			org + ":currentEnvironment.name:project/development:pulumi.user.login:personA", ""},
		{"project/development", "other", []string{"pulumi.user.login", "currentEnvironment.name"},
			org + ":pulumi.user.login:personA:currentEnvironment.name:project/development", ""},
		{"a", "app/dev", []string{"rootEnvironment.name"}, org + ":rootEnvironment.name:app/dev", ""},
		{"a", "default/r@2", []string{"rootEnvironment.name"}, org + ":rootEnvironment.name:r", ""},
		{"a", "", []string{"pulumi.organization.login"}, org, ""},
		{"a", "", []string{"currentEnvironment.name", "pulumi.organization.login"}, org + ":currentEnvironment.name:a", ""},
		{"a", "", []string{"pulumi.token.type", "pulumi.token.team"}, org + ":pulumi.token.type:team:pulumi.token.team:a%3Ab", ""},
		{"a", "", []string{"rootEnvironment.name"}, "", `the subject attribute "rootEnvironment.name" ` + noHint},
		{"", "", []string{"currentEnvironment.name"}, "", `the subject attribute "currentEnvironment.name" ` + noHint},
		{"a", "", []string{"user"}, "", `"oidc.subjectAttributes[0]" is no attribute of a subject`},
		{"a", "", []string{"pulumi.user.login", "pulumi.user.login"}, "", "repeats an earlier one"},
		{strings.Repeat("e", 255-len(plain)), "", nil, plain + strings.Repeat("e", 255-len(plain)), ""},
		{strings.Repeat("e", 256-len(plain)), "", nil, "", "the subject of the token would have 256 bytes where at most 255 are allowed"},
		{strings.Repeat(":", 85), "", nil, "", "at most 255 are allowed"},
	}
	for _, test := range tests {
		i := issuer(ecKey())
		i.Organization, i.Attributes = "contoso", attributes
		req := awslogin.TokenRequest{Environment: test.environment, Root: test.root, SubjectAttributes: test.attributes}
		got, err := i.Subject(req)
		_, tokenErr := i.Token(t.Context(), req)
		if test.err != "" {
			checkError(t, err, "bad-input", test.err)
			checkError(t, tokenErr, "bad-input", test.err)
		} else if err != nil || tokenErr != nil || got != test.want {
			t.Errorf("got  %v, %v, %v\nwant %s", got, err, tokenErr, test.want)
		}
	}
	i := issuer(ecKey())
	for _, name := range []string{"pulumi.user.login", "pulumi.token.type", "pulumi.token.team"} {
		i.Attributes = map[string]string{name: ""}
		_, err := i.Subject(awslogin.TokenRequest{Environment: "a", SubjectAttributes: []string{name}})
		checkError(t, err, "bad-input", noHint)
	}
	t.Logf("subjects: %d cells", len(tests)+3)
}

// Two requests of one issuer have the same subject exactly when they say the same. Values are drawn from texts that
// look like parts of subjects, so that there would be collisions without escaping.
func TestSubjectsAreInjective(t *testing.T) {
	names := []string{"currentEnvironment.name", "rootEnvironment.name", "pulumi.user.login", "pulumi.token.type", "pulumi.token.team",
		"pulumi.organization.login"}
	piece := rapid.SampledFrom(append([]string{":", "%", "%3A", "a", "b", "é", "*", "\n", ":pulumi.user.login:", "env", "org"}, names...))
	value := rapid.Map(rapid.SliceOfN(piece, 1, 3), func(parts []string) string { return strings.Join(parts, "") })
	type request struct {
		org        string
		attributes []string
		values     map[string]string
	}
	draw := rapid.Custom(func(t *rapid.T) request {
		r := request{org: rapid.SampledFrom([]string{"acme", "a.b", "env"}).Draw(t, "organization"), values: map[string]string{}}
		r.attributes = rapid.Permutation(names).Draw(t, "attributes")[:rapid.IntRange(0, 6).Draw(t, "count")]
		for _, name := range names[:5] {
			r.values[name] = value.Draw(t, name)
		}
		return r
	})
	// meaning is what a subject is to say, in a form that cannot be mistaken.
	meaning := func(r request) []string {
		if len(r.attributes) == 0 {
			return []string{"default", r.org, r.values["currentEnvironment.name"]}
		}
		said := []string{"custom", r.org}
		for _, name := range r.attributes {
			if name != "pulumi.organization.login" {
				said = append(said, name, r.values[name])
			}
		}
		return said
	}
	form := regexp.MustCompile(`^[A-Za-z0-9._~/@+=,<>:%-]+$`)
	subject := func(t *rapid.T, r request) (string, bool) {
		i := issuer(ecKey())
		i.Organization, i.Attributes = r.org, map[string]string{}
		for _, name := range names[2:5] {
			i.Attributes[name] = r.values[name]
		}
		s, err := i.Subject(awslogin.TokenRequest{
			Environment: r.values["currentEnvironment.name"], Root: r.values["rootEnvironment.name"], SubjectAttributes: r.attributes,
		})
		if err == nil && !form.MatchString(s) {
			t.Errorf("subject %q", s)
		}
		return s, err == nil
	}
	compared, equal := 0, 0
	compare := func(t *rapid.T) {
		a, b := draw.Draw(t, "a"), draw.Draw(t, "b")
		if rapid.Bool().Draw(t, "alike") { // otherwise hardly any pair would be close
			b.org, b.attributes = a.org, slices.Clone(a.attributes)
			for _, name := range names[:5] {
				if rapid.IntRange(0, 3).Draw(t, "keep "+name) > 0 {
					b.values[name] = a.values[name]
				}
			}
		}
		one, ok1 := subject(t, a)
		two, ok2 := subject(t, b)
		if !ok1 || !ok2 {
			return
		}
		compared++
		same := cmp.Equal(meaning(a), meaning(b))
		if same {
			equal++
		}
		if (one == two) != same {
			t.Errorf("%q and %q have the subjects\n%s\n%s", meaning(a), meaning(b), one, two)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		for range 50 {
			compare(t)
		}
	})
	t.Logf("%d pairs of subjects, %d of them equal", compared, equal)
	if compared == 0 || equal == 0 {
		t.Error("nothing was compared")
	}
}
