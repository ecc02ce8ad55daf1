package awslogin

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"
)

// skewWarn is how wrong the clock may be before every message says so.
const skewWarn = 2 * time.Minute

// explain returns what to say of an answer, and nil if it was accepted: what happened, why, the clock's error, and
// behind the last semicolon what to do.
func (a *attempts) explain(got *answer) error {
	if got.kind == accepted {
		return nil
	}
	cause, remedy := a.reason(got)
	parts := []string{got.happened()}
	for _, part := range []string{cause, got.clock(), remedy} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	return &Error{
		Code: reactions[got.kind].code, AWSCode: got.code, RequestID: got.requestID,
		text: strings.Join(parts, "; "),
	}
}

// happened says what the answer was.
func (got *answer) happened() string {
	request := ""
	if got.requestID != "" {
		request = fmt.Sprintf(" (request id %q)", got.requestID)
	}
	switch {
	case got.status == 0:
		return fmt.Sprintf("STS of %s gave no answer: %s", got.region, got.token.scrub(networkText(got.err)))
	case got.kind == redirected:
		return fmt.Sprintf("STS of %s answered with a redirect (%d), which is not followed%s", got.region, got.status, request)
	case got.kind == unreadable || got.code == "" || got.code == "UnknownError":
		return fmt.Sprintf("STS of %s gave an answer (%d) that cannot be read or lacks a part%s", got.region, got.status, request)
	case got.message == "":
		return fmt.Sprintf("AWS answered %s (%d)%s", shown(got.code), got.status, request)
	default:
		return fmt.Sprintf("AWS answered %s (%d): %q%s", shown(got.code), got.status, got.message, request)
	}
}

// networkText returns the innermost part of a network error that says everything.
func networkText(err error) string {
	var u *url.Error
	if errors.As(err, &u) && u.Err != nil {
		return shortened(u.Err.Error(), 500)
	}
	return shortened(err.Error(), 500)
}

// clock says how wrong the clock is, if it is, or if that matters.
func (got *answer) clock() string {
	switch {
	case !got.dated || got.skew.Abs() <= skewWarn && (got.kind != expiredToken):
		return ""
	case got.skew < 0:
		return fmt.Sprintf("the clock of this machine is %v behind AWS's", -got.skew)
	default:
		return fmt.Sprintf("the clock of this machine is %v ahead of AWS's", got.skew)
	}
}

// reason returns the cause and what to do about it.
func (a *attempts) reason(got *answer) (cause, remedy string) {
	c := got.token.claims
	switch got.kind {
	case accessDenied:
		return a.denied(c)
	case durationTooLong:
		return fmt.Sprintf("a session of %v is longer than the role's maximum session duration", a.duration),
			`raise the role's maximum session duration in IAM, which may be up to 12 hours, or write a lower "oidc.duration"`
	case invalidRequest:
		return "", "correct " + concerns(got.message)
	case invalidToken:
		return a.invalid(got, c)
	case expiredToken:
		return fmt.Sprintf("the token has expired, at %s by its claim exp", c.expiry()),
			"set the clock of the machine that makes the tokens, and this one's, or give the tokens a longer life"
	case providerUnreachable:
		return "AWS cannot fetch the keys of the token's issuer", fmt.Sprintf(
			`see to it that %q and the "jwks_uri" in it can be read from the internet, with a valid certificate`,
			shortened(c.Issuer, 300)+"/.well-known/openid-configuration")
	case providerRejects:
		return "the token's issuer rejects it or has revoked it: " + c.String(), "get a new token, or ask who runs the issuer"
	case policiesRefused:
		return "the policies for the session are too large or malformed",
			`write fewer or shorter "oidc.policyArns", and check that these policies are there`
	default:
		return a.notAnswered(got)
	}
}

// notAnswered is about answers that do not concern the token.
func (a *attempts) notAnswered(got *answer) (cause, remedy string) {
	switch got.kind {
	case regionDisabled:
		return fmt.Sprintf("STS is not enabled in %s", got.region),
			"enable STS there in the settings of the account, or set the program up with another region"
	case notAWS:
		return "the endpoint is not AWS, or speaks another version of its protocol", "check the endpoint that the program is set up with"
	case throttled:
		return "AWS answers no more requests just now", "try again later"
	case unavailable:
		return "STS or the way to it is out of order",
			"try again later, check the network, or set the program up with another region"
	case unreadable:
		return "a proxy may answer in AWS's place", "check the proxy, and the endpoint that the program is set up with"
	case redirected:
		return "AWS sends none, so something else answers in its place", "check the proxy, and the endpoint that the program is set up with"
	default:
		return "", "see AWS's documentation of AssumeRoleWithWebIdentity"
	}
}

// denied explains that the trust policy of the role does not accept the token.
func (a *attempts) denied(c claims) (cause, remedy string) {
	cause = fmt.Sprintf("there is no role %q, or its trust policy does not accept this token: %v", a.login.role.Text, c)
	sub := "is made of the environment's name and would change with subjectAttributes"
	if len(a.login.attributes) > 0 {
		sub = "is made of subjectAttributes and changes with them"
	}
	if _, fixed := a.Source.(fixedSource); fixed {
		sub = "is up to the issuer"
	}
	return cause, fmt.Sprintf(`let the trust policy allow "sts:AssumeRoleWithWebIdentity" to the federated principal %q if %s, `+
		`where sub %s, and wait a minute if the role is new`, a.login.role.principal(shortened(c.Issuer, 300)), conditions(c), sub)
}

// conditions are those by which a trust policy accepts the token.
func conditions(c claims) string {
	host := withoutScheme(shortened(c.Issuer, 300))
	return fmt.Sprintf(`"%s:aud" equals %s and "%s:sub" matches %s`, host, shown(c.Audience...), host, shown(c.Subject))
}

// invalid explains that AWS does not take the token at all, by what AWS says of it.
func (a *attempts) invalid(got *answer, c claims) (cause, remedy string) {
	said := strings.ToLower(got.message)
	principal := a.login.role.principal(shortened(c.Issuer, 300))
	trust := ", and let the role's trust policy require that " + conditions(c)
	switch {
	case strings.Contains(said, "audience"):
		cause = "the audience of the token is none of the client ids of the OIDC provider in the role's account"
		remedy = fmt.Sprintf("add %s to the client ids of %q", shown(c.Audience...), principal)
	case strings.Contains(said, "no openidconnect provider"), strings.Contains(said, "provider found"):
		cause = "the role's account has no OIDC provider for the issuer of the token"
		remedy = fmt.Sprintf("create %q with the client id %s", principal, shown(c.Audience...))
	case strings.Contains(said, "signature"), strings.Contains(said, "verification key"), strings.Contains(said, "kid"):
		cause = "the key that signed the token is not among those that the issuer publishes, or AWS could not fetch them just now"
		remedy = fmt.Sprintf("publish the key in the keys of %s, whose former ones AWS may remember for a day", shown(c.Issuer))
	default:
		cause = "the account has no OIDC provider for the issuer, the audience is none of its client ids, the key is not " +
			"published, the claim iat is in AWS's future, or AWS could not fetch the keys just now"
		remedy = fmt.Sprintf("check that %q is there with the client id %s, the keys that the issuer publishes, and the clocks",
			principal, shown(c.Audience...))
	}
	return cause + ": " + c.String(), remedy + trust
}

// concerns names the input that a message of AWS is about.
func concerns(message string) string {
	message = strings.ToLower(message)
	for _, input := range [][2]string{
		{"policyarns", `"oidc.policyArns"`}, {"rolesessionname", `"oidc.sessionName"`}, {"durationseconds", `"oidc.duration"`},
		{"webidentitytoken", "the source of tokens"}, {"rolearn", `"oidc.roleArn"`},
	} {
		if strings.Contains(message, input[0]) {
			return input[1]
		}
	}
	return `what AWS's message is about among the members of "oidc"`
}

// subjectWarning says that the subject is not what the document wants, with a source that cannot set it.
func (a *attempts) subjectWarning() []string {
	if _, fixed := a.Source.(fixedSource); !fixed || len(a.login.attributes) == 0 {
		return nil
	}
	return []string{fmt.Sprintf(`"oidc.subjectAttributes" has no effect, since the source of tokens %s cannot set the subject, `+
		`which is %s; remove %s, or use an issuer of your own`, describe(a.Source), shown(a.token.claims.Subject),
		strings.Join(a.login.attributes, ", "))}
}
