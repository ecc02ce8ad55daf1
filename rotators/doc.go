// Package rotators is the contract between the evaluator and what it can rotate: credentials that are renewed one step
// at a time, with what must be remembered about them kept in the document itself.
//
// A document calls a rotator by the name under which the program put it into its evaluator:
//
//	values:
//	  token:
//	    fn::rotate::token:
//	      inputs: {prefix: myapp-}
//	      state: # written by the rotation; its secrets are encrypted
//	        text:
//	          fn::secret: myapp-RWMTOXLZAJFT5KRH7XCYVIAVZQ
//
// A [Rotator] has two actions. Rotate makes a new credential and hands over what must be remembered, the state, which
// is encrypted and written into the document before the hand-over returns. Open turns the saved state into outputs and
// is all that happens when an environment is opened.
//
// What package providers says of inputs, plain data, secrets, errors, contexts and concurrency holds here as well: a
// rotator is a provider that has a state. Inputs that only Rotate uses are listed in the schema's RotateOnly, so that
// opening an environment evaluates nothing for them.
//
// The directory examples/embed/rotator has a whole rotator, which survives a crash at every point, and the page
// examples/docs/writing-a-rotator.md goes through it.
//
// # What a rotator owes
//
// Open has the duties of a provider's Open. Package rotatortest holds any rotator to them and to these rules, and quotes
// the one that is broken.
//
//  1. Schema is pure: it does no I/O and answers equally on every call.
//  2. The state schema admits whatever was saved, and members that it does not know.
//  3. Open changes nothing.
//  4. Open answers for every saved state; for that of an unfinished first rotation its error matches ErrNotRotated.
//  5. A state is an object of plain data that satisfies the state schema.
//  6. The text of a secret is in a schema.Secret or nowhere: in no other part of a state, and in no event, plan, audit or error.
//  7. Neither the request nor a state that was handed over is changed.
//  8. Neither save nor Report is called after the method has returned.
//  9. Rotate renews the credential: what Open returns afterwards is new, and works.
//  10. Whenever a run dies and whatever becomes of a save, a credential in the durable state works.
//  11. A rotation touches no credential of anybody else.
//  12. From wherever a run has ended, the next runs come to the same: a new credential, and none that is lost or left over.
//  13. From the third rotation on there are as many credentials as before.
//  14. Rotate returns nil only if the last state that it handed over is saved; without one, it has changed nothing.
//  15. After a save that may have written, Rotate destroys nothing until another save has settled it.
//  16. After a conflict Rotate returns an error, and calls nothing but what takes back what this run has made.
//  17. Open and Rotate return soon after their context is done.
//  18. A run that renews nothing saves nothing and changes nothing.
//  19. Due is a pure function of the state, the inputs and the time, and Next is when its answer changes.
//  20. Maintain does what is due, and nothing if nothing is.
//  21. Plan does nothing but read.
//  22. Plan returns what Rotate would do now, in a world without faults.
//  23. No method panics.
//  24. Audit answers for every saved state; it and Verify do nothing but read.
//  25. Verify succeeds if the credential that Open returns works, and fails if it does not.
package rotators
