// Package awspassword is the rotator behind fn::rotate::aws-iam-password: it changes the console password of an IAM user so
// that the one in force is in the document at every moment.
//
//	values:
//	  aws:
//	    login:
//	      fn::open::aws-login:
//	        static:
//	          accessKeyId: AKIAIOSFODNN7EXAMPLE
//	          secretAccessKey:
//	            fn::secret: wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
//	  console:
//	    fn::rotate::aws-iam-password:
//	      inputs:
//	        login: ${aws.login}
//	        userArn: arn:aws:iam::123456789012:user/app
//	        rotateAfter: 90d
//
// The user must have console access already: give it a temporary password once. A rotation never grants access.
//
// # Inputs
//
//   - login, an object with accessKeyId, secretAccessKey and, if temporary, sessionToken and expiresAt, as
//     fn::open::aws-login returns it: credentials that manage the user.
//   - userArn, a string: the user.
//   - region, a string: whose STS is asked; by default that of the user's partition. IAM is global.
//   - minInterval, a duration of 5m to 168h, 10m by default: the least time between two rotations.
//   - rotateAfter, a duration of 1h to 3650d: the age of the password at which it is due for rotation; without it,
//     rotation is never due.
//   - length, an integer of 8 to 128, 32 by default: that of new passwords, unless the account's policy wants more.
//   - lower, upper, numeric and special, booleans, true by default: which characters new passwords have. There is at
//     least one of each.
//   - requireReset, a boolean, false by default: whether the user must choose another password at the next sign-in; then
//     that which the document holds is of use only once.
//
// Durations are written like 90d, 12h or 1h30m; a day is 24 hours. Opening an environment needs none of the inputs.
//
// # State
//
// The member current, an object of password, userName and setAt, and ledger, which is the rotation's own. A password that is
// there already can be written into current by hand; without setAt it counts as old.
//
// # Outputs
//
// The same current and, while a rotation is unfinished, candidates, an array of secrets: then the password in force is
// that in current or one of these. There is no previous password: one that is replaced is dead.
//
// # Safety
//
// The document holds a new password before AWS does. A run that died at any moment is finished by the next one. A
// candidate leaves the document only when AWS has refused it for certain, or when a later password is in force. The one
// limit: UpdateLoginProfile has no condition, so that a run that was frozen for hours just before its call may replace a
// later password by its own. It notices that the document was changed and says so, with the code password-overwritten;
// the next rotation needs no old password to mend it.
//
// # Permissions
//
// iam:GetLoginProfile and iam:UpdateLoginProfile on the user are needed. Without iam:GetUser it is not noticed that a user
// was deleted and made again; without iam:GetAccountPasswordPolicy the inputs alone decide what a password looks like.
// Each of the two refusals is reported as a warning.
//
// # Audit
//
// An audit has one row, whose role is current, pending if there are only candidates, foreign if the document does not
// know the password, or missing if the user has no console access. Its last use is the last time that the user signed in.
// The verdicts are missing, recreated, too-old, foreign, age-unknown, unused, unfinished and due. The levels are those of
// the audit of keys. An audit needs no permission; those above but for iam:UpdateLoginProfile tell more. Nothing proves
// that a console password works, so that the rotator is no Verifier.
//
// # Errors
//
// An [*Error] has one of these codes. bad-input, bad-state, login-expiring: something in the document is wrong; an input
// may contradict the account's policy. not-rotated: the first rotation is unfinished, so that there is nothing to open.
// denied, wrong-account, wrong-user, user-missing, user-recreated, no-login-profile: login and user do not fit, or the
// user has no console access. in-progress, try-later: another run is at work, or AWS does not allow changes just now.
// password-refused: AWS has refused, and nothing has changed. password-unknown, too-slow: the next rotation goes on; until
// then one of the candidates may be in force. password-overwritten: see above. save-conflict, save-uncertain: the document
// was changed by another, or could not be written. aws-failed: anything else.
//
// # Events
//
// nothing-due, no-op, rolled-forward or rotated end a run that has no error. Besides them there are adopted, and warning
// with one of the codes user-unchecked, policy-unchecked, expires-before-rotation, password-replaced and clock-skew.
package awspassword
