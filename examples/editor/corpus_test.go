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
	schema string   // its name
	codes  []string // of what Check finds
	broken bool     // an error is among that
}

// samples are the documents of the corpus and of the examples.
type samples struct {
	t       *testing.T
	all     []sample
	schemas map[string][]byte // by name
	seen    map[[2]string]bool
}

func collect(t *testing.T) *samples {
	s := &samples{t: t, schemas: map[string][]byte{}, seen: map[[2]string]bool{}}
	for _, file := range files(t, "../../eval/testdata/*/*.txtar") {
		if dir := filepath.Base(filepath.Dir(file)); dir == "conformance" || dir == "differences" {
			s.addCase(file)
		}
	}
	for _, file := range files(t, environments+"/*/*.yaml") {
		name := strings.TrimSuffix(strings.TrimPrefix(file, environments+"/"), ".yaml")
		s.add(escEvaluator(), "examples "+name, name, read(t, file))
	}
	return s
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(pattern)
	if err != nil || len(found) == 0 {
		t.Fatalf("there is nothing at %q: %v", pattern, err)
	}
	return found
}

// addCase adds the documents of a case of the corpus.
func (s *samples) addCase(file string) {
	c, err := evaltest.ParseCase(file, read(s.t, file))
	if err != nil {
		s.t.Fatal(err)
	}
	worlds, err := c.Worlds()
	if err != nil {
		s.t.Fatal(err)
	}
	for i, w := range worlds {
		for _, name := range slices.Sorted(maps.Keys(w.Files)) {
			s.add(w.Evaluator, c.Number+"/"+strconv.Itoa(i)+" "+name, name, w.Files[name])
		}
	}
}

// add adds a document, once for each schema.
func (s *samples) add(e *eval.Evaluator, what, name, text string) {
	schema, err := e.LanguageSchema()
	if err != nil {
		s.t.Fatal(err)
	}
	sum := sha256.Sum256(schema)
	added := sample{name: what, text: text, schema: "s" + hex.EncodeToString(sum[:4])}
	key := [2]string{added.schema, text}
	if s.seen[key] {
		return
	}
	s.seen[key], s.schemas[added.schema] = true, schema
	check := func() (*eval.Environment, error) { return e.Check(s.t.Context(), name) }
	if name == "<yaml>" {
		check = func() (*eval.Environment, error) { return e.CheckText(s.t.Context(), []byte(text)) }
	}
	env, err := check()
	added.broken = err != nil
	for _, d := range env.Diagnostics {
		added.codes = append(added.codes, d.Code)
	}
	s.all = append(s.all, added)
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
	s := collect(t)
	c := start(t, s.schemas)
	uris := make([]string, len(s.all))
	for i, document := range s.all {
		uris[i] = c.open(document.schema, strconv.Itoa(i), document.text)
	}
	counts := map[string]int{}
	for i, document := range s.all {
		found := c.findings(uris[i])
		verdict := document.judge(found)
		counts[verdict]++
		if verdict == "wrong" {
			t.Errorf("%s: Check finds %v, the server %+v in\n%s", document.name, document.codes, found, document.text)
		}
	}
	if counts["disagreed"] != len(disagreements) {
		t.Errorf("%d of %d disagreements are about documents of the corpus", counts["disagreed"], len(disagreements))
	}
	if counts["accepted"] < 300 {
		t.Errorf("only %d documents", counts["accepted"])
	}
	t.Logf("%d documents by %d schemas: the server accepts %d that Check accepts, warns of %d as Check does, disagrees about %d; of %d with errors it sees %d",
		len(s.all), len(s.schemas), counts["accepted"], counts["warned"], counts["disagreed"], counts["seen"]+counts["unseen"], counts["seen"])
}

// judge compares what the server found with what Check did.
func (s *sample) judge(found []finding) string {
	both := slices.ContainsFunc(s.codes, func(code string) bool { return slices.Contains(bothWarn, code) })
	switch none := len(found) == 0; {
	case s.broken && none:
		return "unseen"
	case s.broken:
		return "seen"
	case both && !none:
		return "warned"
	case !both && none:
		return "accepted"
	case disagreements[s.name] != "":
		return "disagreed"
	}
	return "wrong"
}
