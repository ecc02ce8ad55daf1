// Package evaltest tests evaluations: of the evaluator itself, of programs that embed it, and of documents.
//
//   - [Host] holds everything that an evaluator needs from outside in memory, with the fixtures of the language's
//     conformance cases: the providers "echo", "boom", "typed", "vault" and "where", the rotator "pw" and a [Crypter]. It counts
//     what is asked of it, and its Before hook delays or fails calls ([Barrier], [Shuffle]).
//   - [Run] runs a corpus of cases, small readable files in txtar form (see [ParseCase]).
//   - [Canary] finds a secret in output, whatever it was encoded in.
//
// Everything is deterministic, needs neither network nor files, and is safe for concurrent use unless said otherwise.
//
// # Testing a program
//
// A program that is given its Evaluator can be given that of a Host. Documents call providers by name, so a stand-in goes
// under the name of the real one:
//
//	host := &evaltest.Host{Files: map[string]string{"app/live": text}}
//	e := host.Evaluator()
//	e.Providers["aws-login"] = providers.New(providers.Schema{}, func(context.Context, *providers.Request) (any, error) {
//		return map[string]any{"accessKeyId": "AKIAIOSFODNN7EXAMPLE"}, nil
//	})
//
// What goes to AWS can also be tested with the real providers and rotators, and the account that package awstest simulates.
package evaltest
