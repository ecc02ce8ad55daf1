package editor_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
)

// wrong is the comment on lines on which the server is to find something.
const wrong = "# wrong"

// mistakes are documents with one mistake each. Check finds all of them, too.
var mistakes = []string{
	// The document.
	"value: {a: 1} # wrong",
	"Values: {a: 1} # wrong",
	"description: 5 # wrong\nvalues: {}",
	"description: about ${a} # wrong\nvalues: {a: 1}",
	"values: [a] # wrong",
	"values: # wrong\n",
	"- values # wrong",
	"imports: base # wrong",
	"imports:\n  - myapp/base\n  - my app # wrong",
	"imports:\n  - ../base # wrong",
	"imports:\n  - 7 # wrong",
	"imports:\n  - myapp/base: {megre: false} # wrong",
	"imports:\n  - myapp/base: {merge: no} # wrong",
	"imports:\n  - myapp/base: # wrong\n",
	"imports:\n  - {a: {}, b: {}} # wrong",
	"imports:\n  - [a] # wrong",
	"values:\n  context: 1 # wrong",
	"values:\n  imports: {} # wrong",
	"values:\n  fn::join: [a, [b]] # wrong",
	"values:\n  a: 1\n  a: 2 # wrong",
	"values:\n  a: [1, }] # wrong\n",
	"values:\n  a: *nothing # wrong",

	// Interpolations.
	"values:\n  a: 1\n  b: ${a # wrong",
	"values:\n  a: 1\n  b: x ${a.} y # wrong",
	"values:\n  a: 1\n  b: ${} # wrong",
	"values:\n  a: 1\n  b: ${.a} # wrong",
	"values:\n  a: [1]\n  b: ${a[01]} # wrong",
	"values:\n  a: [1]\n  b: \"${a['x']}\" # wrong",
	"values:\n  a: {b: 1}\n  c: ${a[b]} # wrong",
	"values:\n  a: 1\n  b: $<a # wrong",
	"values:\n  a: 1\n  b: [x, {c: '${a b}'}] # wrong",
	"values:\n  ${a}: 1 # wrong",
	"values:\n  a:\n    b ${c}: 1 # wrong",

	// Calls.
	"values:\n  a: {fn::joyn: [a, [b]]} # wrong",
	"values:\n  a: {Fn::join: [a, [b]]} # wrong",
	"values:\n  a:\n    fn::toJSON: 1 # wrong\n    b: 2",
	"values:\n  a: {fn::join: [a]} # wrong",
	"values:\n  a: {fn::join: [a, b, c]} # wrong",
	"values:\n  a: {fn::join: 'a,b'} # wrong",
	"values:\n  a: {fn::join: [1, [b]]} # wrong",
	"values:\n  a: {fn::join: [a, [[b]]]} # wrong",
	"values:\n  a: {fn::split: [a, [b]]} # wrong",
	"values:\n  a: {fn::concat: [1]} # wrong",
	"values:\n  a: {fn::concat: {a: 1}} # wrong",
	"values:\n  a: {fn::toBase64: 5} # wrong",
	"values:\n  a: {fn::fromBase64: [a]} # wrong",
	"values:\n  a: {fn::fromJSON: {b: 1}} # wrong",
	"values:\n  a: {fn::secret: 42} # wrong",
	"values:\n  a: {fn::secret: '${b}'} # wrong\n  b: 1",
	"values:\n  a: {fn::secret: {cipher: x}} # wrong",
	"values:\n  a: {fn::secret: [x]} # wrong",
	"values:\n  a: {fn::validate: {schema: true}} # wrong",
	"values:\n  a: {fn::validate: {schema: true, value: 1, vlaue: 2}} # wrong",
	"values:\n  a: {fn::validate: {schema: {minLength: x}, value: a}} # wrong",
	"values:\n  a: {fn::validate: {schema: {maximum: x}, value: 1}} # wrong",
	"values:\n  a:\n    fn::final:\n      fn::toYaml: 1 # wrong",

	// Providers and rotators.
	"values:\n  a: {fn::open::aws-lgoin: {}} # wrong",
	"values:\n  a: {fn::open: {provider: aws-login}} # wrong",
	"values:\n  a: {fn::open: {provider: aws-lgoin, inputs: {}}} # wrong",
	"values:\n  a: {fn::open: {provider: aws-login, inputs: {}, input: {}}} # wrong",
	"values:\n  a: {fn::open: {inputs: {}}} # wrong",
	"values:\n  a: {fn::open::aws-login: null} # wrong",
	"values:\n  a:\n    fn::open::aws-login:\n      statik: {} # wrong",
	"values:\n  a:\n    fn::open::aws-login:\n      static:\n        accessKeyId: x\n        secretAccessKey: [y] # wrong",
	"values:\n  a:\n    fn::open:\n      provider: aws-login\n      inputs:\n        statik: {} # wrong",
	"values:\n  a:\n    fn::rotate::aws-iam: # wrong\n      state: null",
	"values:\n  a:\n    fn::rotate::password:\n      inputs:\n        length: long # wrong",
	"values:\n  a:\n    fn::rotate::password:\n      inputs: {}\n      stat: {} # wrong",
	"values:\n  a:\n    fn::rotate::password:\n      inputs: {}\n      state: text # wrong",
	"values:\n  a: {fn::rotate::pasword: {inputs: {}}} # wrong",
	"values:\n  a: {fn::rotate: {provider: password}} # wrong",
	"values:\n  a:\n    fn::rotate::aws-iam:\n      inputs:\n        login: ${b}\n        userArn: x\n        orphans: keep # wrong\n  b: {}",

	// Projections.
	"values:\n  environmentVariables: [a] # wrong",
	"values:\n  environmentVariables:\n    A: [1] # wrong",
	"values:\n  environmentVariables:\n    A=B: 1 # wrong",
	"values:\n  files:\n    A: {b: 1} # wrong",
}

// TestMistakes makes sure that the server finds each mistake on its line, and nothing on another line.
func TestMistakes(t *testing.T) {
	e := escEvaluator()
	schema, err := e.LanguageSchema()
	if err != nil {
		t.Fatal(err)
	}
	c := start(t, map[string][]byte{"esc": schema})
	uris := make([]string, len(mistakes))
	for i, text := range mistakes {
		if env, _ := e.CheckText(t.Context(), []byte(text)); len(env.Diagnostics) == 0 {
			t.Errorf("Check finds nothing wrong with\n%s", text)
		}
		uris[i] = c.open("esc", strconv.Itoa(i), text)
	}
	found := 0
	for i, text := range mistakes {
		all := c.findings(uris[i])
		line := slices.IndexFunc(strings.Split(text, "\n"), func(l string) bool { return strings.HasSuffix(l, wrong) })
		at := slices.ContainsFunc(all, func(f finding) bool { return f.Range.Start.Line == line })
		elsewhere := slices.ContainsFunc(all, func(f finding) bool { return f.Range.Start.Line != line })
		if !at || elsewhere {
			t.Errorf("the server finds %+v in\n%s", all, text)
			continue
		}
		found++
	}
	t.Logf("%d of %d planted mistakes are found, each on its line", found, len(mistakes))
}
