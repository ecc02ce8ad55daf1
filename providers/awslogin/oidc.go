package awslogin

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/escapement-go/escapement/schema"
)

// An oidc is the input of that name: a role to assume with a token.
type oidc struct {
	RoleARN           string   `json:"roleArn"`
	SessionName       string   `json:"sessionName"`
	Duration          string   `json:"duration"`
	PolicyARNs        []string `json:"policyArns"`
	SubjectAttributes []string `json:"subjectAttributes"`
}

// Attributes that the subject of a token can be made of.
const (
	attrEnvironment  = "currentEnvironment.name"
	attrRoot         = "rootEnvironment.name"
	attrUser         = "pulumi.user.login"
	attrTokenType    = "pulumi.token.type"
	attrTokenTeam    = "pulumi.token.team"
	attrOrganization = "pulumi.organization.login"
)

var subjectAttributes = []string{attrEnvironment, attrRoot, attrUser, attrTokenType, attrTokenTeam, attrOrganization}

const (
	sessionPattern  = `^[A-Za-z0-9_+=,.@-]{2,64}$`
	durationPattern = `^([0-9]+h)?([0-9]+m)?([0-9]+s)?$`

	minDuration = 15 * time.Minute
	maxDuration = 12 * time.Hour
	maxPolicies = 10
)

var (
	sessionForm  = regexp.MustCompile(sessionPattern)
	durationForm = regexp.MustCompile(durationPattern)
)

// oidcSchema leaves the ARNs to open: a document may hold placeholders until it is opened.
func oidcSchema() *schema.Schema {
	one, most := 1, maxPolicies
	s := object(map[string]*schema.Schema{
		"roleArn": {Type: []string{"string"}, Description: "The ARN of the role to assume."},
		"sessionName": {
			Type: []string{"string"}, Pattern: sessionPattern, Examples: []any{"escapement"},
			Description: "The name of the session, which AWS's logs show.",
		},
		"duration": {
			Type: []string{"string"}, Pattern: durationPattern, MinLength: &one, Examples: []any{"1h30m"},
			Description: "How long the credentials last, such as 1h30m: 15m to 12h. " +
				"By default 2h, or 1h if the role allows no more.",
		},
		"policyArns": {
			Type: []string{"array"}, Items: &schema.Schema{Type: []string{"string"}}, MaxItems: &most, UniqueItems: true,
			Description: "ARNs of managed policies that the session's permissions are cut down to.",
		},
		"subjectAttributes": {
			Type: []string{"array"}, UniqueItems: true,
			Items:       &schema.Schema{Type: []string{"string"}, Enum: anyStrings(subjectAttributes)},
			Description: "What the subject of the token is made of, in this order.",
		},
	}, "roleArn", "sessionName")
	s.Description = "A role to assume with a token of OpenID Connect."
	return s
}

func anyStrings(texts []string) []any {
	items := make([]any, len(texts))
	for i, text := range texts {
		items[i] = text
	}
	return items
}

// A login is what an oidc says, checked.
type login struct {
	role       role
	session    string
	duration   time.Duration // 0: the default
	policies   []string
	attributes []string
}

// login checks everything, the schema's part too: a Go program may open without validating.
func (in *oidc) login() (*login, error) {
	l := &login{session: in.SessionName, policies: in.PolicyARNs, attributes: in.SubjectAttributes}
	var err error
	if l.role, err = parseRole(in.RoleARN); err != nil {
		return nil, err
	}
	if !sessionForm.MatchString(in.SessionName) {
		return nil, badInput(`"oidc.sessionName" must have 2 to 64 letters, digits and characters of "_+=,.@-"; change it`)
	}
	if l.duration, err = parseDuration(in.Duration); err != nil {
		return nil, err
	}
	if err := l.checkPolicies(); err != nil {
		return nil, err
	}
	return l, checkAttributes(l.attributes)
}

// parseDuration returns 0 for an empty text.
func parseDuration(text string) (time.Duration, error) {
	if text == "" {
		return 0, nil
	}
	parts := durationForm.FindStringSubmatch(text)
	if parts == nil {
		return 0, badInput(`"oidc.duration" must be whole hours, minutes and seconds in this order, such as "1h30m"; change it`)
	}
	var total time.Duration
	for i, unit := range []time.Duration{time.Hour, time.Minute, time.Second} {
		part := parts[i+1]
		if part == "" {
			continue
		}
		n, err := strconv.ParseUint(part[:len(part)-1], 10, 32)
		if err != nil || n > uint64(maxDuration/time.Second) {
			return 0, durationBounds()
		}
		total += time.Duration(n) * unit
	}
	if total < minDuration || total > maxDuration {
		return 0, durationBounds()
	}
	return total, nil
}

func durationBounds() error {
	return badInput(`"oidc.duration" must be from 15m to 12h; change it`)
}

func (l *login) checkPolicies() error {
	total := 0
	for i, policy := range l.policies {
		if err := l.role.checkPolicy(policy, i); err != nil {
			return err
		}
		if slices.Contains(l.policies[:i], policy) {
			return badInput(`"oidc.policyArns[%d]" repeats an earlier one; remove it`, i)
		}
		total += len(policy)
	}
	switch {
	case len(l.policies) > maxPolicies:
		return badInput(`"oidc.policyArns" has %d items where at most %d are allowed; remove some`, len(l.policies), maxPolicies)
	case total > 2048:
		return badInput(`"oidc.policyArns" has %d bytes where at most 2048 are allowed together; remove some`, total)
	}
	return nil
}

func checkAttributes(attributes []string) error {
	for i, attribute := range attributes {
		if !slices.Contains(subjectAttributes, attribute) {
			return badInput(`"oidc.subjectAttributes[%d]" is no attribute of a subject; allowed are %s`, i, quotedList(subjectAttributes))
		}
		if slices.Contains(attributes[:i], attribute) {
			return badInput(`"oidc.subjectAttributes[%d]" repeats an earlier one; remove it`, i)
		}
	}
	return nil
}

// quotedList returns the texts in order of the alphabet.
func quotedList(texts []string) string {
	list := ""
	for i, text := range slices.Sorted(slices.Values(texts)) {
		if i > 0 {
			list += ", "
		}
		list += fmt.Sprintf("%q", text)
	}
	return list
}
