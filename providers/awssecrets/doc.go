// Package awssecrets is the provider behind fn::open::aws-secrets: it reads secrets from AWS Secrets Manager.
//
//	imports:
//	  - aws/login
//	values:
//	  aws:
//	    secrets:
//	      fn::open::aws-secrets:
//	        region: us-west-2
//	        login: ${aws.login}
//	        get:
//	          api-key:
//	            secretId: api-key
//	          former-key:
//	            secretId: api-key
//	            versionStage: AWSPREVIOUS
//	  environmentVariables:
//	    API_KEY: ${aws.secrets.api-key}
//
// # Inputs
//
//   - region, a string: the region whose Secrets Manager is asked.
//   - login, an object: the credentials to ask with, as fn::open::aws-login returns them.
//   - get, an object: which secrets to read, by the name that each has in the outputs. Each entry is an object of
//     secretId, the name or the ARN of the secret, and optionally versionId and versionStage, which choose another
//     version than the current one; with both, they must mean the same version.
//
// An ARN must be of the region. It may lack the six characters at its end, but AWS advises against that.
//
// # Outputs
//
// An object with the text of each secret under its name, or with its bytes in base64 if they were stored as bytes. All of
// it is secret. A text that is JSON stays a text; fn::fromJSON reads it.
//
// # Calls
//
// The current versions of several secrets are read twenty at a time, with BatchGetSecretValue, which needs the permission
// secretsmanager:BatchGetSecretValue besides secretsmanager:GetSecretValue for each secret. Where it is not granted the
// secrets are read one by one, as all other versions are, several at once. What two names ask for is read once. Calls that
// AWS is too busy or out of order for are tried four times, within half a minute or so.
//
// A secret that is encrypted with a key of one's own needs kms:Decrypt on that key.
//
// # Errors
//
// Every error but that of a done context has one of these codes, see [providers.Coder]. An [*Error] tells of every entry
// that cannot be read, and names the actions and ARNs to allow; it holds no secret.
//
//   - bad-input: an input cannot be used.
//   - login-expiring: the login has expired.
//   - not-found, version-not-found, deleted: there is no such secret or version, or it is marked for deletion.
//   - access-denied: the login may not read the secret.
//   - kms-denied, kms-unusable: the login may not use the key of KMS that the secret is encrypted with, or nobody can.
//   - invalid-request: AWS refuses a member of an entry.
//   - login-refused: AWS does not accept the login.
//   - throttled, aws-unavailable, aws-unreachable: AWS is too busy, out of order or cannot be reached.
//   - not-aws, unreadable-answer, redirected: something else answers in its place.
//   - aws-refused: AWS has another reason.
//   - several-failures: entries cannot be read for reasons with different codes.
package awssecrets
