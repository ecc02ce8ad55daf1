// Package awstest simulates an AWS account, its IAM, STS, Secrets Manager and Parameter Store, for tests of programs
// that rotate access keys or console passwords, that log in with a web identity, or that read and store secrets: offline,
// without waiting, and the same way on every run.
//
// The real SDK talks to it over HTTP:
//
//	sim := awstest.New(t, awstest.Options{})
//	client := iam.NewFromConfig(sim.Config("admin"))
//	out, err := client.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: aws.String("app")})
//
// For tables of many thousand cases, [Simulator.IAM] and its like are clients with the SDK's methods that call the
// same account without HTTP, in microseconds. Their answers and errors have the SDK's types.
//
// The providers and rotators of this module, too, take its client or the transport of that, and its clock where they have
// a field for one:
//
//	transport := sim.HTTPClient().Transport
//	e := &eval.Evaluator{
//		Loader: eval.Dir("testdata"),
//		Providers: map[string]providers.Provider{
//			"aws-login":   &awslogin.Provider{HTTPClient: sim.HTTPClient(), Clock: sim.Clock()},
//			"aws-secrets": &awssecrets.Provider{Options: awsclient.Options{Transport: transport}, Clock: sim.Clock()},
//		},
//		Rotators: map[string]rotators.Rotator{"aws-iam": &awsiam.Rotator{Transport: transport}},
//		Crypter:  keys,
//	}
//
// # What is simulated
//
// IAM: GetUser, TagUser, Create-, Delete-, Update- and ListAccessKeys, GetAccessKeyLastUsed, Create-, Get-, Update- and
// DeleteLoginProfile, Get- and UpdateAccountPasswordPolicy. STS: GetCallerIdentity and AssumeRoleWithWebIdentity, with
// registered issuers, published keys (RS256, ES256), and trust policies of Principal.Federated, Action, StringEquals,
// StringLike and both after ForAnyValue: on the keys <issuer>:aud and <issuer>:sub. Signatures are recomputed with the
// SDK's signer, permissions are enforced by action, and IAM can be behind itself as the real one is, see [Consistency].
// A [TokenIssuer] issues tokens to log in with. Session policies are checked for form and restrict nothing.
// Secrets Manager: Create-, Describe-, Delete- and RestoreSecret, PutSecretValue, GetSecretValue, and BatchGetSecretValue
// for lists of ids, by region, with versions, staging labels, and permission for the keys of KMS.
// Parameter Store: PutParameter, LabelParameterVersion, GetParameter, GetParameters and GetParametersByPath, likewise.
// What a human does in the meantime are methods such as [Simulator.AddKey] and [Simulator.SetKeyStatus].
//
// # Faults
//
// [Simulator.Script] makes chosen calls fail in the ways that calls fail: before and after they were carried out, with
// an error, without an answer, with half of one, or with somebody else's. [Simulator.Before] and [Simulator.After] are
// called around each call. A [Run] is one run of the code under test, which can be made to crash after any call or save,
// see [RunToCrash]; [Simulator.Schedule] lets a test decide in which order several of them take their steps.
//
// # Rotations
//
// A [Document] keeps the state of a rotator as the evaluator would, with a fault script of its own, and
// [Simulator.Watch] asserts after every step that no working credential is lost and no key of anybody else touched.
//
// # Determinism
//
// Ids, secrets and tokens follow from [Options.Seed], times from a [Clock] that only the test advances. A run that takes
// one step after the other is a function of seed and script. A simulator never tells a secret in an error, a [Call] or a
// [Violation]; [Simulator.Secrets] lists them all for a test that searches its own output.
//
// A virtual clock that is far from the machine's makes the SDK suspect a skewed clock when a call ends in
// SignatureDoesNotMatch: it wraps the error, and with a retryer tries again. Direct clients do not.
//
// The behaviour follows AWS's documentation and what its SDK decodes. It was not compared with a real account.
package awstest
