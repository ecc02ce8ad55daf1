package eval

import (
	"context"
	"iter"
	"log/slog"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/rotators"
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

	Limits       Limits       // what an operation may take; zero fields mean the defaults
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
