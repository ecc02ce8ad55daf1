// Package eval opens, checks, changes and rotates environments: YAML documents of configuration and secrets in the
// language of Pulumi ESC. README has the language at a glance and what differs from Pulumi's evaluator.
//
// Fill in an [Evaluator] and call a verb with the name of an environment: [Evaluator.Open] evaluates it and
// performs the calls of providers that its values need, [Evaluator.Check] says what is wrong with it and performs none.
// [Evaluator.OpenText] and [Evaluator.CheckText] take a text instead of a name. [Evaluator.Explain] says where one value
// comes from, and [Evaluator.Graph] what an environment imports and calls; neither calls anything.
//
//	e := &eval.Evaluator{Loader: eval.Dir("environments")}
//	env, err := e.Open(ctx, "myapp/dev")
//	if err != nil {
//		return err
//	}
//	region, ok := env.Values.Lookup("aws.region")
//
// A [Loader] finds environments by their names: [Dir] in a directory, [FS] in any fs.FS, a [Memory] in memory, and the
// packages below eval/stores in a git repository and in a bucket. All but FS are [Saver]s, too, which can replace them so
// that no reader, crash or rival ever meets half of a text. Package storetest tells whether another one does.
//
// # Documents
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
// reference. [Document.Encrypt] and [Document.Decrypt] turn the texts of fn::secret into ciphertexts and back, byte for byte
// where nothing was changed in between. [Evaluator.CheckDocument] says what is wrong with a document before it is saved.
//
// Save repeats the changes on the newest text if somebody else has saved the environment in between. Only if both concern
// the same place is the error [ErrConflict], and nothing is written.
//
// # Editors
//
// [Evaluator.LanguageSchema] is a JSON Schema of documents, with what each provider and rotator takes, for editors that have
// a YAML language server. Those with more to show ask [Evaluator.At] what stands at a position of a text, saved or not, and
// [Evaluator.Complete] what may stand there. Neither calls a provider, rotator or crypter.
//
// # Results
//
// An [Environment] holds its values as one [Value], which is immutable and shares what several places name. Look values
// up by path, step through them with All, Member and Index, take them as plain Go data with Plain or Reveal, or write
// them in one of several formats with [Environment.Write]. The variables and files that a program is to find are
// [Environment.Variables] and [Environment.Files].
//
// # Errors
//
// What is wrong with documents, environments and calls comes as [Diagnostics], each with a stable code, a place, a
// message and often a hint; [Diagnostics.Print] shows them with the lines of the document. The error of a verb is nil
// exactly when no diagnostic is an error and nothing outside the documents failed, such as a cancelled context. The
// environment is never nil, and holds what could be computed. While there is an error that can be found without calls,
// no provider, rotator or crypter is called.
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
// [Evaluator.Plan] says what Rotate would do, and [Evaluator.Status] how the credentials are. For many environments, such
// as all that [Evaluator.List] finds, there are [Evaluator.RotateAll], [Evaluator.PlanAll] and [Evaluator.StatusAll]:
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
// # Secrets
//
// Whatever is computed from a secret is secret. A secret prints as "[secret]" in every form: with all verbs of fmt, in
// JSON, in log/slog, in schemas and traces, and diagnostics quote no values. [Value.Reveal], and [FormatOptions].Reveal,
// are the ways to the text. Ciphertexts in documents are made and decrypted by a [Crypter]; [KeyRing] is the one with a key
// file. A Document prints as its name; its Bytes are secret if it was decrypted.
//
// # Concurrency
//
// An Evaluator may be used by any number of goroutines, and so may a Document, which never changes. One operation computes on the goroutine of its caller; loads,
// calls and decryptions run concurrently, up to [Limits].Concurrency, as soon as they can. Values and diagnostics are the
// same for every bound and every order of answers.
package eval
