// Package evaltest tests evaluations: of the evaluator itself, of programs that embed it, and of documents.
//
//   - [Host] holds everything that an evaluator needs from outside in memory, with the fixtures of the language's
//     conformance cases: the providers "echo", "boom", "typed", "vault" and "where", the rotator "pw" and a [Crypter]. It counts
//     what is asked of it, and its Before hook delays or fails calls ([Barrier], [Shuffle]).
//   - [Run] runs a corpus of cases, small readable files in txtar form (see [ParseCase]).
//   - [Canary] finds a secret in output, whatever it was encoded in.
//
// Everything is deterministic, needs neither network nor files, and is safe for concurrent use unless said otherwise.
package evaltest
