// Package awslogin is the provider behind fn::open::aws-login: it hands out credentials for AWS.
//
// It takes credentials that are there already, or assumes a role with a token of OpenID Connect, and returns them in
// the form that the other AWS providers, the AWS SDKs and the aws command take:
//
//	values:
//	  aws:
//	    login:
//	      fn::open::aws-login:
//	        oidc:
//	          roleArn: arn:aws:iam::123456789012:role/deployer
//	          sessionName: escapement
//	          duration: 1h
//	  environmentVariables:
//	    AWS_ACCESS_KEY_ID: ${aws.login.accessKeyId}
//	    AWS_SECRET_ACCESS_KEY: ${aws.login.secretAccessKey}
//	    AWS_SESSION_TOKEN: ${aws.login.sessionToken}
//
// # Inputs
//
// Exactly one of two objects, which have no other members than these. The first is static:
//
//   - accessKeyId, a string: the id of an access key. Ids that begin with ASIA are temporary.
//   - secretAccessKey, a string: its secret.
//   - sessionToken, a string: what a temporary access key works only together with; no other key has one. An empty one
//     counts as absent.
//
// None of them holds white space or control characters, and only sessionToken may be empty. The sensitive ones need
// not be secret in the document, but should be. Nothing is called; whether AWS accepts the credentials shows when they
// are used.
//
// The second is oidc:
//
//   - roleArn, a string: the role to assume.
//   - sessionName, a string of 2 to 64 letters, digits and characters of _+=,.@-: what AWS's logs call the session.
//   - duration, a string such as 1h30m, from 15m to 12h: how long the credentials last. Without it, they last 2 hours,
//     or 1 hour, with a warning, if the role allows no more.
//   - policyArns, up to 10 strings: managed policies that the session's permissions are cut down to. None means that
//     they are not.
//   - subjectAttributes, a list of currentEnvironment.name, rootEnvironment.name, pulumi.user.login, pulumi.token.type,
//     pulumi.token.team and pulumi.organization.login: what the subject of the token is made of, see [Issuer.Subject].
//     None means the default subject. With a source of tokens that cannot set it, there is a warning.
//
// The schema says what the types and enumerations are. ARNs, and that there is exactly one of static and oidc, are
// checked when the environment is opened, so that a document may hold placeholders such as <access key> until then.
//
// # Outputs
//
// accessKeyId, secretAccessKey and, unless it is absent, sessionToken. The last two are secret whether or not the
// document says so. With oidc there is expiresAt besides, such as 2025-01-01T12:00:00Z.
//
// # What the program decides
//
// Nothing in a document selects an endpoint, a region or where tokens come from: [Provider] has fields for these. Nor
// does the machine: its environment variables, profiles and instance metadata are never used, whatever is missing. A
// source of tokens is one of [File], [Env], [GitHubActions], [Exec], [Issuer], or a type of the program's own;
// [ParseSource] chooses one by the text of a flag.
//
// # An issuer of one's own
//
// An [Issuer] takes the place of Pulumi Cloud, with a key and two static files on any web server:
//
//  1. [CreateIssuer] makes a key and describes the issuer in a file.
//  2. [Issuer.Publish] writes the files to serve at the issuer's URL.
//  3. In the AWS account, somebody adds an OIDC provider with that URL and the audience of the issuer, and a role with
//     the trust policy of [Issuer.TrustPolicy].
//  4. The program sets Source to the issuer, which [ReadIssuer] or [ParseSource] reads.
//
// # Concurrency and reuse
//
// Logins with equal environment, root and inputs share a session until a part of its lifetime before the end, a quarter
// but at most 5 minutes, and the source's tokens until a minute before they expire. Only one login at a time tries a
// token that AWS has not seen; when it has called one expired, all who come with that token in the next 30 seconds get
// the same error without a request. No other error is remembered, and one login does not fail with another.
//
// # Errors
//
// Every error but that of a done context is an [*Error] with one of these codes, see [providers.Coder]:
//
//   - bad-input: an input, or a region or endpoint that the program is set up with, cannot be used.
//   - bad-issuer: the [Issuer], or its key, is not as it must be.
//   - no-token-source: oidc without a source of tokens.
//   - token-source-failed: the source did not supply a token; the text is the source's.
//   - bad-token: it supplied something else, or a token of a form that AWS does not take.
//   - access-denied: the trust policy of the role does not accept the token.
//   - duration-too-long: the role allows no session of that duration.
//   - invalid-request: AWS refuses an input.
//   - invalid-identity-token: AWS does not take the token: unknown issuer, audience or key, or a clock.
//   - expired-token: the token has expired by AWS's clock.
//   - idp-unreachable: AWS cannot fetch the issuer's keys.
//   - idp-rejected-claim: the issuer does not stand by the token.
//   - policies-refused: the policies for the session are too large or malformed.
//   - region-disabled: STS is not enabled in any of the regions.
//   - throttled, aws-unavailable: STS is too busy, out of order or cannot be reached, in any of the regions.
//   - not-aws, unreadable-answer, redirected: something else than STS answers.
//   - aws-refused: AWS has another reason.
//   - internal: a defect of the program, such as an HTTP client that panics.
//
// [ParseSource] has one more: bad-source. The texts tell the cause and what to do. Where the token is at fault they
// quote its claims, which are not secret, and the condition of a trust policy that would accept it; they never hold a
// token, a secret or a signature. If the clocks here and at AWS differ by more than two minutes, they say by how much.
package awslogin
