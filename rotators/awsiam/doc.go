// Package awsiam is the rotator behind fn::rotate::aws-iam: it renews the access keys of an IAM user so that none is ever
// lost, and none is ended while it is in use.
//
//	values:
//	  aws:
//	    login:
//	      fn::open::aws-login:
//	        static:
//	          accessKeyId: AKIAIOSFODNN7EXAMPLE
//	          secretAccessKey:
//	            fn::secret: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
//	  keys:
//	    fn::rotate::aws-iam:
//	      inputs:
//	        login: ${aws.login}
//	        userArn: arn:aws:iam::123456789012:user/app
//	        rotateAfter: 90d
//	        deactivateAfter: 100d
//	        deleteAfter: 110d
//
// A user has room for two keys. A rotation makes a new key, tries it, and makes it the current one; the former current
// key becomes the previous one and works until the next rotation needs its place, or until it has reached the age at which
// it is to be deactivated or deleted. Programs that still have the previous key go on working in the meantime.
//
// # Inputs
//
//   - login, an object with accessKeyId, secretAccessKey and, if temporary, sessionToken and expiresAt, as
//     fn::open::aws-login returns it: credentials that manage the user. They may be the current key itself.
//   - userArn, a string: the user.
//   - region, a string: whose STS is asked; by default that of the user's partition. IAM is global.
//   - minInterval, a duration of 5m to 168h, 10m by default: the least time between two rotations.
//   - rotateAfter, deactivateAfter, deleteAfter, durations of 1h to 3650d, each at least an hour more than the one before:
//     the age of the current key at which it is due for rotation, and those of the previous key at which it is due to be
//     deactivated and deleted. What is absent is not due by age.
//   - orphans: quarantine (the default), or report, which never touches a key of unknown origin.
//   - previousInUse: delete (the default), or fail, which refuses to delete a previous key used within a day.
//   - publish, an object with secretId and, if it is not the default, region: the secret of AWS Secrets Manager that holds the
//     current key for programs that do not open the environment. See Publishing below.
//   - verify, a boolean, true by default: whether keys are tried with sts:GetCallerIdentity. Write false only where STS
//     cannot be reached.
//
// Durations are written like 90d, 12h or 1h30m; a day is 24 hours. Opening an environment needs none of the inputs.
//
// # State
//
// The members current and previous, each an object of accessKeyId, secretAccessKey and createdAt, and ledger, which is the
// rotation's own. Keys that exist already can be written into current and previous by hand. Access key ids are not secret;
// they appear in errors and events.
//
// # Outputs
//
// The same current and, if there is one, previous.
//
// # Safety
//
// Before a key is made, the document says so; before anything else happens, the document has the new key's secret; before
// a key is deleted, it has left the document. CreateAccessKey is sent once and never repeated. A run that died at any
// moment is finished, or undone, by the next one. Only keys that the document names or named, or that were made by an
// unfinished rotation beyond doubt, are ever deactivated or deleted.
//
// # Publishing
//
// With the input publish the current key also goes to a secret of AWS Secrets Manager, given by its name or ARN, whose region
// is by default that of its ARN, or else of the rotation. The secret must exist: to create one is to grant something. Its
// value becomes the JSON object
//
//	{"accessKeyId": "AKIA…", "secretAccessKey": "…", "createdAt": "2025-01-01T12:00:00Z"}
//
// Each promotion is followed by secretsmanager:PutSecretValue, and the document remembers what was published last. Until it
// does, nothing is retired and no key is made, for programs may still use the key that the secret holds; nor are keys
// retired that have left the secret within minInterval, so that a rotation that had to publish first is over then. Each run
// tries again; so does Maintain, for which it is due at once. The reason of a failure stands in the document, in
// state.ledger.publishFailed, and a Rotate whose new key could not be published returns an error, though the new key is
// saved and current. A current key that does not work is not published, and the rotation goes on. Without the input the
// rotation goes on, too, and nobody cares what the secret holds; when it is there again, the next run publishes.
//
// A request has the token of its key, so that AWS does nothing if it has had that key before: whoever repeats one, even long
// after, does not bring an old key back. What a run leaves that dies, and what the next one makes of it:
//
//	dies after                    secret     document                 the next run
//	the promotion of N            C          N, previous C            publishes N
//	PutSecretValue, not executed  C          N, previous C            publishes N
//	PutSecretValue, executed      N          N, previous C            publishes N, which changes nothing, and notes it
//	the note                      N          N, previous C, N noted   has nothing to publish
//	a refusal                     C          N, previous C            notes why, once; ends with unpublished
//
// A known limit: a process stands still exactly before its request is sent, and meanwhile a human ends that very key, or takes
// publish away and writes it again. The late request then puts a former key into the secret, until the next rotation; the
// process that sent it ends with save-conflict.
//
// # Permissions
//
// iam:ListAccessKeys, iam:CreateAccessKey and iam:DeleteAccessKey on the user are needed. Without iam:GetUser it is not
// noticed that a user was deleted and made again; without iam:UpdateAccessKey no key is deactivated; without
// iam:GetAccessKeyLastUsed nothing tells whether the previous key is in use, and keys that an unfinished rotation has lost
// are left to a human. Each refusal is reported as a warning. For publish, secretsmanager:PutSecretValue on the secret is
// needed, and kms:GenerateDataKey and kms:Decrypt with its key if that is not the one that AWS manages.
//
// # Errors
//
// An [*Error] has one of these codes. bad-input, bad-state, login-expiring: something in the document is wrong.
// not-rotated: the first rotation is unfinished, so that there is nothing to open. denied, wrong-account, wrong-user,
// user-missing, account-unproven, user-recreated: login and user do not fit. in-progress, try-later: another run is at
// work, or AWS is behind itself. unknown-keys, foreign-keys, current-dead, signing-key, previous-in-use: a human must
// decide about the keys that are named. orphan-quarantined: a lost key waits to be deleted. delete-refused,
// create-refused, create-incomplete, create-unknown, too-slow, not-proven: AWS did not do its part; the next rotation goes
// on. publish-failed: the new key is current, and the secret was not told; unpublished: nothing is done before it is.
// save-conflict, save-uncertain: the document was changed by another, or could not be written. aws-failed: anything else.
//
// # Events
//
// nothing-due, no-op, rolled-forward or rotated end a run that has no error. Besides them there are forgot, deactivated,
// deleted, orphan-quarantined, orphan-deleted, half-key-deleted, pending-given-up, adopted, key-claimed, published, and
// warning with one of the codes user-unchecked, last-use-unknown, previous-recently-used, next-rotation-blocked,
// unverified, clock-skew, signing-key-kept, cannot-deactivate and publish-failed.
//
// # Audit
//
// A key has the role current, previous, pending, retiring or quarantined if the document names it so, missing if AWS does
// not list the current or previous one, and foreign if the document does not know it. The verdicts are missing, inactive,
// too-old, age-unknown, unused, foreign, unfinished, claimed (somebody has switched on again what a rotation had switched
// off), over-quota, recreated (the user is another one of the same name), two-active, unpublished (the secret has refused
// it), and due for each thing that is due.
// An audit needs iam:ListAccessKeys; iam:GetUser and iam:GetAccessKeyLastUsed tell more.
package awsiam
