package editor_test

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/evaltest"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awslogin"
	"github.com/escapement-go/escapement/providers/awsparams"
	"github.com/escapement-go/escapement/providers/awssecrets"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/awsiam"
	"github.com/escapement-go/escapement/rotators/awspassword"
	"github.com/escapement-go/escapement/rotators/password"
)

const environments = "../environments"

// escEvaluator has the providers and rotators of esc, and those of the examples.
func escEvaluator() *eval.Evaluator {
	return &eval.Evaluator{
		Loader: eval.Dir(environments),
		Providers: map[string]providers.Provider{
			"aws-login": &awslogin.Provider{}, "aws-parameter-store": &awsparams.Provider{}, "aws-secrets": &awssecrets.Provider{},
		},
		Rotators: map[string]rotators.Rotator{
			"aws-iam": &awsiam.Rotator{}, "aws-iam-password": &awspassword.Rotator{}, "password": password.Rotator{},
		},
	}
}

// A sample is a document and the schema that is to judge it.
type sample struct {
	name   string
	text   string
	schema string // its name
	errors int    // that Check finds
	codes  []string
}

// samples are the documents of the corpus and of the examples, and the schemas for them by name.
func samples(t *testing.T) (all []sample, schemas map[string][]byte) {
	t.Helper()
	schemas = map[string][]byte{}
	seen := map[[2]string]bool{}
	add := func(e *eval.Evaluator, where, name, text string) {
		schema, err := e.LanguageSchema()
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(schema)
		s := sample{name: where + " " + name, text: text, schema: "s" + hex.EncodeToString(sum[:4])}
		schemas[s.schema] = schema
		if seen[[2]string{s.schema, text}] {
			return
		}
		seen[[2]string{s.schema, text}] = true
		var env *eval.Environment
		if name == "<yaml>" {
			env, _ = e.CheckText(t.Context(), []byte(text))
		} else {
			env, _ = e.Check(t.Context(), name)
		}
		for _, d := range env.Diagnostics {
			if !d.Warning {
				s.errors++
			}
			s.codes = append(s.codes, d.Code)
		}
		all = append(all, s)
	}
	for _, pattern := range []string{"conformance", "differences"} {
		files, err := filepath.Glob("../../eval/testdata/" + pattern + "/*.txtar")
		if err != nil || len(files) == 0 {
			t.Fatalf("no corpus: %v", err)
		}
		for _, file := range files {
			c, err := evaltest.ParseCase(file, read(t, file))
			if err != nil {
				t.Fatal(err)
			}
			worlds, err := c.Worlds()
			if err != nil {
				t.Fatal(err)
			}
			for i, w := range worlds {
				for _, name := range slices.Sorted(maps.Keys(w.Files)) {
					add(w.Evaluator, c.Number+"/"+strconv.Itoa(i), name, w.Files[name])
				}
			}
		}
	}
	files, err := filepath.Glob(environments + "/*/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no examples: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(file, environments+"/"), ".yaml")
		add(escEvaluator(), "examples", name, read(t, file))
	}
	return all, schemas
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// disagreements are documents that Check accepts and the language server does not, with the reason. JSON Schema cannot say
// otherwise.
var disagreements = map[string]string{
	"15/0 r":             "the server does not know the tag !!float",
	"11.12-splicing/5 r": "the server warns of anchors that no alias uses",
	"2.1-cr/0 r":         "the server does not take a carriage return alone for a line end",
}

// bothWarn are the warnings of Check that the server gives, too.
var bothWarn = []string{"unknown-key", "unknown-tag"}

// TestAccepted makes sure that the server finds nothing wrong with documents that Check accepts.
func TestAccepted(t *testing.T) {
	all, schemas := samples(t)
	c := start(t, schemas)
	accepted, warnings, disagreed := 0, 0, 0
	uris := map[int]string{}
	for i, s := range all {
		if s.errors == 0 {
			uris[i] = c.open(s.schema, strconv.Itoa(i), s.text)
		}
	}
	for i, s := range all {
		if s.errors > 0 {
			continue
		}
		found := c.findings(uris[i])
		reason := disagreements[s.name]
		warned := slices.ContainsFunc(s.codes, func(code string) bool { return slices.Contains(bothWarn, code) })
		switch {
		case warned && len(found) == 0:
			t.Errorf("%s: the server finds nothing wrong where Check warns", s.name)
		case warned:
			warnings++
		case len(found) == 0 && reason != "":
			t.Errorf("%s: there is no disagreement any more: %s", s.name, reason)
		case len(found) > 0 && reason == "":
			t.Errorf("%s: Check finds %v, the server %+v in\n%s", s.name, s.codes, found, s.text)
		case len(found) == 0:
			accepted++
		default:
			disagreed++
		}
	}
	if disagreed != len(disagreements) {
		t.Errorf("%d of %d disagreements are about documents of the corpus", disagreed, len(disagreements))
	}
	if accepted < 300 {
		t.Errorf("only %d documents", accepted)
	}
	t.Logf("%d documents that Check accepts, by %d schemas: the server finds nothing wrong with %d, warns as Check does of %d and disagrees about %d",
		len(uris), len(schemas), accepted, warnings, disagreed)
}
