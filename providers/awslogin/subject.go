package awslogin

import (
	"fmt"
	"slices"
	"strings"
)

// maxSubject is the length in bytes of the longest subject that AWS takes.
const maxSubject = 255

// Subject returns the subject of the tokens for req, such as pulumi:environments:org:acme:env:aws/login. If req lists
// attributes, it has each of them with its value instead, in the listed order; the organisation stands first in any
// case. A byte other than a letter, a digit or one of ._~/@+=,-<> is written as a per cent sign and two hexadecimal
// digits, so different requests have different subjects.
//
// An attribute without a value, and a subject of more than 255 bytes, is an error with the code bad-input.
func (i Issuer) Subject(req TokenRequest) (string, error) {
	if err := checkAttributes(req.SubjectAttributes); err != nil {
		return "", err
	}
	subject := "pulumi:environments:org:" + escaped(i.Organization) + ":env:" + escaped(canonical(req.Environment))
	if len(req.SubjectAttributes) > 0 {
		subject = "pulumi:environments:" + attrOrganization + ":" + escaped(i.Organization)
	}
	for _, attribute := range req.SubjectAttributes {
		if attribute == attrOrganization {
			continue // it is there already
		}
		value := i.attribute(attribute, req)
		if value == "" {
			return "", badInput("the subject attribute %q has no value; set up the issuer with one, or remove the attribute from "+
				`"oidc.subjectAttributes"`, attribute)
		}
		subject += ":" + attribute + ":" + escaped(value)
	}
	if len(subject) > maxSubject {
		return "", badInput("the subject of the token would have %d bytes where at most %d are allowed; "+
			"use shorter names or fewer subject attributes", len(subject), maxSubject)
	}
	return subject, nil
}

func (i Issuer) attribute(name string, req TokenRequest) string {
	switch name {
	case attrEnvironment:
		return canonical(req.Environment)
	case attrRoot:
		return canonical(req.Root)
	default:
		return i.Attributes[name]
	}
}

// canonical returns the name of an environment without version, and without the project default.
func canonical(name string) string {
	name, _, _ = strings.Cut(name, "@")
	if rest, ok := strings.CutPrefix(name, "default/"); ok && rest != "" && !strings.Contains(rest, "/") {
		return rest
	}
	return name
}

// escaped writes every byte that could be taken for the syntax of a subject or of a policy in hexadecimal.
func escaped(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; plainInSubject(c) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

func plainInSubject(c byte) bool {
	return 'A' <= c && c <= 'Z' || 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || strings.IndexByte("._~/@+=,-<>", c) >= 0
}

// settable are the attributes whose values an issuer is set up with.
var settable = []string{attrUser, attrTokenType, attrTokenTeam}

func (i Issuer) checkAttributes() error {
	for name := range i.Attributes {
		if !slices.Contains(settable, name) {
			return issuerError("has the attribute %q, which cannot be set; allowed are %s", name, quotedList(settable))
		}
	}
	return nil
}
