package editor_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// cursor is where the editor asks.
const cursor = "▮"

// cut takes the cursor out of a text.
func cut(t *testing.T, text string) (string, position) {
	t.Helper()
	before, after, ok := strings.Cut(text, cursor)
	if !ok {
		t.Fatalf("no cursor in %q", text)
	}
	line := before[strings.LastIndex(before, "\n")+1:]
	return before + after, position{strings.Count(before, "\n"), len(line)}
}

func startESC(t *testing.T) *client {
	schema, err := escEvaluator().LanguageSchema()
	if err != nil {
		t.Fatal(err)
	}
	return start(t, map[string][]byte{"esc": schema})
}

// TestCompletion asks what may stand at a place.
func TestCompletion(t *testing.T) {
	c := startESC(t)
	offered, positions := 0, 0
	for i, test := range []struct {
		text string
		want string // names that are offered, among others
		not  string // names that are not
	}{
		{"▮", "description imports values", "environmentVariables"},
		{"description: x\nv▮", "values imports", "description"},
		{"values:\n  ▮", "environmentVariables files", "imports context description"},
		{"values:\n  a:\n    ▮", "fn::join fn::open fn::open::aws-login fn::rotate::password fn::secret fn::toYAML", ""},
		{"values:\n  a:\n    fn▮", "fn::join fn::open::aws-login fn::rotate::aws-iam", ""},
		{"values:\n  a:\n    fn::open::aws-login:\n      ▮", "oidc static", "secretAccessKey"},
		{"values:\n  a:\n    fn::open::aws-login:\n      static:\n        ▮", "accessKeyId secretAccessKey sessionToken", "static"},
		{"values:\n  a:\n    fn::open:\n      ▮", "provider inputs", "state"},
		{"values:\n  a:\n    fn::open:\n      provider: ▮", "aws-login", "aws-iam"},
		{"values:\n  a:\n    fn::open:\n      provider: aws-login\n      inputs:\n        ▮", "oidc static", ""},
		{"values:\n  a:\n    fn::rotate::aws-iam:\n      ▮", "inputs state", "provider"},
		{"values:\n  a:\n    fn::rotate::aws-iam:\n      inputs:\n        ▮", "login orphans userArn verify", ""},
		{"values:\n  a:\n    fn::rotate::aws-iam:\n      inputs:\n        orphans: ▮", "quarantine report", ""},
		{"values:\n  a:\n    fn::rotate::aws-iam:\n      inputs:\n        verify: ▮", "false true", ""},
		{"values:\n  a:\n    fn::rotate::password:\n      inputs:\n        ▮", "length", "userArn"},
		{"values:\n  a:\n    fn::rotate:\n      provider: ▮", "aws-iam password", "aws-login"},
		{"values:\n  a:\n    fn::validate:\n      ▮", "schema value", ""},
		{"values:\n  a:\n    fn::validate:\n      schema:\n        ▮", "properties type required", ""},
		{"values:\n  a:\n    fn::secret:\n      ▮", "ciphertext", ""},
		{"imports:\n  - shared/network:\n      ▮", "merge", ""},
	} {
		positions++
		text, at := cut(t, test.text)
		uri := c.open("esc", "completion"+strconv.Itoa(i), text)
		var result struct{ Items []struct{ Label string } }
		c.at("completion", uri, at, &result)
		var labels []string
		for _, item := range result.Items {
			labels = append(labels, strings.Trim(item.Label, `"`))
		}
		for _, name := range strings.Fields(test.want) {
			offered++
			if !slices.Contains(labels, name) {
				t.Errorf("at the cursor the server offers %q and not %q:\n%s", labels, name, test.text)
			}
		}
		for _, name := range strings.Fields(test.not) {
			if slices.Contains(labels, name) {
				t.Errorf("at the cursor the server offers %q:\n%s", name, test.text)
			}
		}
	}
	t.Logf("%d names are offered at %d places", offered, positions)
}

// TestHover asks what a place is about.
func TestHover(t *testing.T) {
	c := startESC(t)
	for i, test := range []struct{ text, want string }{
		{"val▮ues: {}", "merged over its imports"},
		{"imp▮orts: []", "later ones over earlier ones"},
		{"values:\n  environ▮mentVariables: {A: b}", "variables that programs are run with"},
		{"values:\n  a: {fn::jo▮in: [a, [b]]}", "Joins the elements of a list"},
		{"values:\n  a: {fn::sec▮ret: x}", "A secret"},
		{"values:\n  a: {fn::open::aws-lo▮gin: {}}", "The provider is aws-login"},
		{"values:\n  a: {fn::rotate::pass▮word: {inputs: {}}}", "The rotator is password"},
		{"values:\n  a:\n    fn::rotate::aws-iam:\n      inputs:\n        orp▮hans: report", "unfinished rotation"},
		{"values:\n  a:\n    fn::rotate::aws-iam:\n      inputs:\n        orp▮hans: ${x}\n  x: report", "unfinished rotation"},
		{"values:\n  a:\n    fn::rotate:\n      provider: aws-iam\n      inputs:\n        orp▮hans: report", "unfinished rotation"},
		{"values:\n  a:\n    fn::rotate::aws-iam:\n      inputs: {}\n      sta▮te: {}", "has to remember"},
		{"imports:\n  - a: {mer▮ge: false}", "the values of the import are merged"},
	} {
		text, at := cut(t, test.text)
		uri := c.open("esc", "hover"+strconv.Itoa(i), text)
		if got := c.hover(uri, at); !strings.Contains(got, test.want) {
			t.Errorf("at the cursor the server shows %q and not %q:\n%s", got, test.want, test.text)
		}
	}
}
