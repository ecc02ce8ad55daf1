// Package providers is the contract between the evaluator and what it can open: a login, a store of secrets, anything
// that turns inputs written in an environment into values.
//
// A document calls a provider by the name under which the program put it into its evaluator:
//
//	values:
//	  greeting:
//	    fn::open::greeter:
//	      name: world
//
// # What a provider is
//
// A [Provider] has two methods. Schema says which inputs it takes and which outputs it returns; the evaluator checks
// documents with it without opening anything. Open turns inputs into outputs. [New] makes a provider of a schema and a
// function, which is enough for most; the example of New shows a whole one.
//
// A provider knows nothing of documents, references or other providers, and does not import the evaluator. The page
// examples/docs/writing-a-provider.md goes through a whole program with one.
//
// # What a provider may rely on
//
// When Open is called, the inputs are wholly known, have the defaults of the input schema, and satisfy it. Secrets
// among them are [schema.Secret], numbers are [json.Number]; [Request.Decode] brings all of it into a struct. A document
// with an error is never opened, and one call in a document is opened at most once in an evaluation.
//
// What a schema can say belongs into it, since it is then found without opening anything. But a document may hold
// placeholders while it is being written. So shapes, types, enumerations and bounds belong into the schema, while the
// form of a text that only the real one has, such as that of a key or an ARN, is checked by Open.
//
// # What a provider owes
//
// Package providertest holds any provider to these rules, and quotes the one that is broken.
//
//  1. Schema is pure: it does no I/O and answers equally on every call.
//  2. A schema is valid: types are known, patterns compile, references lead somewhere, bounds are numbers.
//  3. The input schema admits whatever Open takes.
//  4. Open answers when its inputs are right, and returns an error when they are not.
//  5. Open returns plain data: nil, bool, json.Number, string, schema.Secret, []any and map[string]any.
//  6. What Open returns satisfies the output schema.
//  7. What the output schema calls secret is returned as schema.Secret.
//  8. The text of a secret in the request is returned as schema.Secret or not at all.
//  9. No error and no warning holds the text of a secret in the request.
//  10. The code of an error is made of lower-case words joined by hyphens.
//  11. Open leaves its request as it is.
//  12. Every answer is the caller's own: it shares no map and no slice with another answer.
//  13. Open and Schema may be called by any number of goroutines at once.
//  14. Open returns soon after its context is done.
//  15. Open and Schema do not panic.
//
// # Errors
//
// The text of an error reaches the author of the document, after `provider "greeter" failed: `. It says what is wrong,
// what is allowed, and after the last semicolon what to do about it; it begins in lower case and has no full stop. An
// error that is a [Coder] has a code besides, by which programs can tell failures apart.
//
// # Warnings
//
// What the author of the document should know although there is an answer, Open says by [Request].Warn. It reaches the
// author as a warning, after `provider "greeter" warns: `, and has the form of an error. Each request has its own Warn,
// which may be nil.
//
// # Secrets
//
// Secret inputs do not make outputs secret; only the provider knows which of its outputs are sensitive. It says so for
// good in the output schema, and for a single value by returning it as [schema.Secret]. An answer that is sensitive as
// a whole is [schema.SecretData].
package providers
