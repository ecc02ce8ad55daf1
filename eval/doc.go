// Package eval opens, checks, changes and rotates environments: YAML documents of configuration and secrets in the
// language of Pulumi ESC. README has the language at a glance, and leads to what differs from Pulumi's evaluator.
//
// Fill in an [Evaluator] and call a verb with the name of an environment:
//
//	e := &eval.Evaluator{Loader: eval.Dir("environments")}
//	env, err := e.Open(ctx, "myapp/dev")
//	if err != nil {
//		return err
//	}
//	region, ok := env.Values.Lookup("aws.region")
//
// # Opening
//
// [Evaluator.Open] evaluates an environment and performs the calls of providers that its values need; with paths, those that
// the values at these paths need. [Evaluator.OpenText] takes a text instead of a name. Providers are in the map
// [Evaluator].Providers, by the names that documents call them.
//
// Nothing is called while a document has an error that can be found without calls. Each call in a document is performed
// at most once in an operation, and calls that do not depend on each other run at the same time.
//
// # Values
//
// An [Environment] holds its values as one [Value], which is immutable and shares what several places name. Look values
// up by path with [Value.Lookup], step through them with [Value.All], [Value.Member] and [Value.Index], take them as plain
// Go data with [Value.Plain] or [Value.Reveal], or write them in one of several formats with [Environment.Write]. The
// variables and files that a program is to find are [Environment.Variables] and [Environment.Files].
//
// Whatever is computed from a secret is secret. A secret prints as "[secret]" in every form: with all verbs of fmt, in
// JSON, in log/slog, in schemas and traces. [Value.Reveal], and [FormatOptions].Reveal, are the ways to the text.
//
// # Checking
//
// [Evaluator.Check] says what is wrong with an environment, and calls nothing. Values that depend on a call are unknown:
// they have a kind and a schema, as far as that of the provider tells, and print as "[unknown]". [Evaluator.CheckText] takes
// a text, and [Evaluator.CheckDocument] a document that is not saved yet.
//
// [Evaluator.Explain] says where one value comes from, and [Evaluator.Graph] what an environment imports and calls. Neither
// calls anything.
//
// # Diagnostics
//
// What is wrong with documents, environments and calls comes as [Diagnostics], each with a stable code, a place, a message
// and often a hint. They quote no values. [Diagnostics.Print] shows them with the lines of the document.
//
// The error of a verb is nil exactly when no diagnostic is an error and nothing outside the documents failed, such as a
// cancelled context. The environment is never nil, and holds what could be computed along with all diagnostics, warnings
// included.
//
//	env, err := e.Open(ctx, "myapp/dev")
//	env.Diagnostics.Print(os.Stderr, eval.PrintOptions{})
//	if _, isDiagnostics := errors.AsType[eval.Diagnostics](err); err != nil && !isDiagnostics {
//		fmt.Fprintln(os.Stderr, err) // it has no place in a document
//	}
//
// # Loaders and savers
//
// A [Loader] finds environments by their names: [Dir] in a directory, [FS] in any fs.FS, a [Memory] in memory, and the
// packages below eval/stores in a git repository and in a bucket. All but FS are [Saver]s, too, which can replace them so
// that no reader, crash or rival ever meets half of a text, and [Creator]s, which can make new ones. Package storetest tells
// whether another one does that right. A [Lister] tells which environments there are.
//
// # Secrets at rest
//
// A document should hold ciphertexts, fn::secret: {ciphertext: …}, in the place of plain texts. [Evaluator].Crypter makes
// and decrypts them: [KeyRing] with the keys of a file, which [NewKey], [WriteKeyFile] and [ReadKeyFile] are about, or any
// other [Crypter]. [Document.Encrypt] and [Document.Decrypt] turn the texts of a document into ciphertexts and back, byte
// for byte where nothing was changed in between.
//
// # Changing documents
//
// A [Document] is the text of an environment, to be changed. [Evaluator.Document] loads one, [Document.Set] and its
// neighbours return a changed one, and [Evaluator.Save] saves that:
//
//	doc, err := e.Document(ctx, "myapp/dev")
//	if err != nil {
//		return err
//	}
//	if doc, err = doc.Set(ctx, "app.password", schema.NewSecret(password), e.Crypter); err != nil {
//		return err
//	}
//	_, err = e.Save(ctx, doc)
//
// A change touches the bytes of what it is about and no other, and is refused where that cannot be proved. Set writes data,
// with secrets encrypted before they become text; [Document.SetText] writes what a document would hold, such as a
// reference. A Document prints as its name; its Bytes are secret if it was decrypted.
//
// Save repeats the changes on the newest text if somebody else has saved the environment in between. Only if both concern
// the same place is the error [ErrConflict], and nothing is written. [Evaluator.Create] makes an environment of a document that
// [Parse] has read.
//
// # Rotating
//
// [Evaluator.Rotate] renews the credentials that rotators keep in a document, one after the other. A rotator hands over
// what must be remembered as soon as it holds it, and goes on only when that state is encrypted, written into the newest
// text of the document, and durable; so a crash, a failure or a cancelled context loses no credential. Nothing outside the
// state changes by a byte, edits of others are merged, and whoever changes the state itself at the same time is found out.
// A state that cannot be saved comes back in the [RotationResult].
//
//	rotation, err := e.Rotate(ctx, "myapp/dev", eval.RotateOptions{Due: true})
//
// [Evaluator.Plan] says what Rotate would do, and [Evaluator.Status] how old the credentials are and what is due for them.
// [RotateOptions].Report is told what happens, as it happens. Package rotators says how to write a rotator.
//
// # Many environments
//
// [Evaluator.List] finds the names of all environments. [Evaluator.RotateAll], [Evaluator.PlanAll], [Evaluator.StatusAll],
// [Evaluator.AuditAll], [Evaluator.VerifyAll] and [Evaluator.CheckAll] do several at a time, and yield the results in the order
// of the names:
//
//	names, err := e.List(ctx)
//	if err != nil {
//		return err
//	}
//	for rotation, err := range e.RotateAll(ctx, names, eval.RotateAllOptions{Due: true}) {
//		if err != nil {
//			log.Printf("%s: %v", rotation.Environment.Name, err)
//		}
//	}
//
// # Audits
//
// [Evaluator.Audit] lists the credentials that there are, those of others beside those of the document, with a verdict on
// each; [Evaluator.Verify] proves that what is saved works, by using it. Both write nothing.
//
// # Editors
//
// [Evaluator.LanguageSchema] is a JSON Schema of documents, with what each provider and rotator takes, for editors that have
// a YAML language server. Those with more to show ask [Evaluator.At] what stands at a position of a text, saved or not, and
// [Evaluator.Complete] what may stand there. Neither calls a provider, rotator or crypter.
//
// # Concurrency
//
// An Evaluator may be used by any number of goroutines, and so may a Document, which never changes. One operation computes
// on the goroutine of its caller; loads, calls and decryptions run concurrently, up to [Limits].Concurrency, as soon as they
// can. Values and diagnostics are the same for every bound and every order of answers. Keep one Evaluator for as long as
// the program runs: it remembers parsed documents.
package eval
