package eval

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"sync"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// An Evaluator opens, checks and rotates environments. It is a configuration struct whose zero value works; its fields must
// not change once a method has been called. All methods are safe for concurrent use. An Evaluator remembers parsed
// documents, so that one that lives long parses a text once; it remembers no values and no answers of providers.
type Evaluator struct {
	Loader    Loader                        // finds environments; nil finds none
	Providers map[string]providers.Provider // by the name that documents call them, fn::open::NAME
	Rotators  map[string]rotators.Rotator   // by the name that documents call them, fn::rotate::NAME
	Crypter   Crypter                       // nil: a document with a ciphertext cannot be opened

	// Context is what ${context} holds beside currentEnvironment and rootEnvironment, as plain data with
	// [schema.Secret] for secrets.
	Context map[string]any

	Limits       Limits
	CheckSecrets bool         // Check decrypts ciphertexts too; it calls nothing else
	Logger       *slog.Logger // loads and calls, at the level of debugging; nil: silent

	documents documentCache
	rotating  nameLock // environments that are being rotated
}

// Open evaluates an environment and performs the calls that its values need. With paths it needs only the values at
// these paths, and returns an environment that holds nothing else.
//
// The error is nil exactly when there is neither an error diagnostic nor a failure outside the documents, such as a
// cancelled context. The environment is never nil: it holds what could be computed, and unknown values elsewhere.
// Nothing is called while any document that is needed has an error.
func (e *Evaluator) Open(ctx context.Context, name string, paths ...string) (*Environment, error) {
	return e.evaluate(ctx, request{verb: opening, name: name, paths: paths})
}

// OpenText is Open for a text that no loader has to find. Its name reads "<yaml>".
func (e *Evaluator) OpenText(ctx context.Context, src []byte, paths ...string) (*Environment, error) {
	return e.evaluate(ctx, request{verb: opening, text: src, anonymous: true, paths: paths})
}

// Check says what is wrong with an environment without calling a provider or rotator, and without decrypting unless
// CheckSecrets is set. What depends on a call is unknown in the environment that it returns. Errors are those of Open.
func (e *Evaluator) Check(ctx context.Context, name string) (*Environment, error) {
	return e.evaluate(ctx, request{verb: checking, name: name})
}

// CheckAll is Check for the environments of the names, several at a time, in the order of the names. Nothing is kept but the
// documents, which several of them may import, and the end of the context ends the sequence.
func (e *Evaluator) CheckAll(ctx context.Context, names []string) iter.Seq2[*Environment, error] {
	return inOrder(ctx, names, readingAtATime, e.Check)
}

// CheckText is Check for a text that no loader has to find. Its name reads "<yaml>".
func (e *Evaluator) CheckText(ctx context.Context, src []byte) (*Environment, error) {
	return e.evaluate(ctx, request{verb: checking, text: src, anonymous: true})
}

// An Environment is the result of an operation. It is immutable and safe for concurrent use.
type Environment struct {
	Name        string      // canonical name; "<yaml>" for a text without a name
	Values      Value       // an object; what could not be computed is unknown
	Diagnostics Diagnostics // all of the operation, warnings included

	variables []variable
	files     []variable
	document  *syntax.Document // for exported expressions; nil if there was nothing to parse
	context   Value
	secrets   func() []string // a function, so that nothing prints them
}

type variable struct {
	name  string
	value Value // a string
}

// Variables returns the members of environmentVariables as strings, in ascending order. Unknown ones are left out, and
// those that files has too.
func (e *Environment) Variables() iter.Seq2[string, Value] { return sequence(e.variables) }

// Files returns the members of files as strings, in ascending order. Unknown ones are left out.
func (e *Environment) Files() iter.Seq2[string, Value] { return sequence(e.files) }

// Secrets returns the text of every secret that was met on the way to the result, in no order: those that stand in the
// result, and those that others were made of. It is for keeping them out of what is printed.
func (e *Environment) Secrets() iter.Seq[string] {
	if e.secrets == nil {
		return slices.Values([]string(nil))
	}
	return slices.Values(e.secrets())
}

func sequence(variables []variable) iter.Seq2[string, Value] {
	return func(yield func(string, Value) bool) {
		for _, v := range variables {
			if !yield(v.name, v.value) {
				return
			}
		}
	}
}

// Schema describes the values of the environment. It lists neither the texts of secrets nor the members of secret
// objects.
func (e *Environment) Schema() *schema.Schema { return inferSchema(e.Values.data()) }

// Format prints the name of the environment and its values as redacted JSON, whatever the verb.
func (e Environment) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "%s %s", e.Name, e.Values) }

func newDocument(name string, src []byte, limits Limits) *syntax.Document {
	return syntax.Parse(name, src, functionForms, limits.syntax())
}

// documentCache remembers the parsed texts of environments by name.
type documentCache struct {
	mu     sync.Mutex
	parsed map[string]parsedText
	bytes  int // of their texts
}

type parsedText struct {
	src string
	doc *syntax.Document
}

// maxCached bounds the texts that an Evaluator remembers the documents of, in bytes. When they become more, it begins
// anew.
const maxCached = 8 << 20

// parse returns the document of a text, parsed now or before.
func (c *documentCache) parse(name string, src []byte, limits Limits) *syntax.Document {
	c.mu.Lock()
	cached, ok := c.parsed[name]
	c.mu.Unlock()
	if ok && cached.src == string(src) {
		return cached.doc
	}
	doc := newDocument(name, src, limits)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.parsed == nil || c.bytes+len(src) > maxCached {
		c.parsed, c.bytes = map[string]parsedText{}, 0
	}
	c.bytes += len(src) - len(c.parsed[name].src)
	c.parsed[name] = parsedText{string(src), doc}
	return doc
}
