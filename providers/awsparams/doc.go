// Package awsparams is the provider behind fn::open::aws-parameter-store: it reads parameters from the Parameter Store of
// AWS Systems Manager.
//
//	imports:
//	  - aws/login
//	values:
//	  aws:
//	    params:
//	      fn::open::aws-parameter-store:
//	        region: us-west-2
//	        login: ${aws.login}
//	        get:
//	          db-password:
//	            name: /myapp/db/password
//	          hosts:
//	            name: /myapp/hosts:3
//	  environmentVariables:
//	    DB_PASSWORD: ${aws.params.db-password}
//
// # Inputs
//
//   - region, a string: the region whose Parameter Store is asked.
//   - login, an object: the credentials to ask with, as fn::open::aws-login returns them.
//   - get, an object: which parameters to read, by the name that each has in the outputs. Each entry is an object of
//     name, the name or the ARN of the parameter, and optionally decrypt, a boolean that is true unless it says otherwise.
//     A version or a label may follow the name and a colon; without one it is the latest version.
//
// An ARN must be of the region. With decrypt false a SecureString is what AWS stores, which only AWS can read.
//
// # Outputs
//
// An object with the value of each parameter under its name: a String as it is, a StringList as a list of strings, and a
// SecureString as a secret. Whoever wants a String to be secret stores it as a SecureString: others who may read the
// store can tell the two apart, too.
//
// # Calls
//
// Parameters are read ten at a time, with GetParameters, which needs the permission ssm:GetParameters for each. AWS refuses
// such a call as a whole; what it is about is then read alone, and with GetParameter where only ssm:GetParameter is
// granted. Several calls run at once. What two names ask for is read once. Calls that AWS is too busy or out of order for
// are tried five times, within half a minute or so.
//
// A SecureString that is encrypted with a key of one's own needs kms:Decrypt on that key.
//
// # Errors
//
// Every error but that of a done context has one of these codes, see [providers.Coder]. An [*Error] tells of every entry
// that cannot be read, and names the actions and ARNs to allow; it holds no secret.
//
//   - bad-input: an input cannot be used.
//   - login-expiring: the login has expired.
//   - not-found: there is no such parameter, version or label.
//   - access-denied: the login may not read the parameter.
//   - kms-denied, kms-unusable: the login may not use the key of KMS that it is encrypted with, or nobody can.
//   - invalid-request: AWS refuses a name.
//   - login-refused: AWS does not accept the login.
//   - throttled, aws-unavailable, aws-unreachable: AWS is too busy, out of order or cannot be reached.
//   - not-aws, unreadable-answer, redirected: something else answers in its place.
//   - aws-refused: AWS has another reason.
//   - several-failures: entries cannot be read for reasons with different codes.
package awsparams
