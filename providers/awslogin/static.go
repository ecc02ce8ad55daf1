package awslogin

import (
	"strings"
	"unicode"

	"github.com/escapement-go/escapement/schema"
)

// A static is the input of that name: credentials that are there already.
type static struct {
	AccessKeyID     any           `json:"accessKeyId"` // a string, or a secret if the document makes it one
	SecretAccessKey schema.Secret `json:"secretAccessKey"`
	SessionToken    schema.Secret `json:"sessionToken"`
}

// staticSchema leaves the characters to open: a document may hold placeholders until it is opened.
func staticSchema() *schema.Schema {
	one := 1
	s := object(map[string]*schema.Schema{
		"accessKeyId": {
			Type: []string{"string"}, MinLength: &one,
			Description: "The id of an access key.",
		},
		"secretAccessKey": {
			Type: []string{"string"}, MinLength: &one, Secret: true,
			Description: "The secret of the access key.",
		},
		"sessionToken": {
			Type: []string{"string"}, Secret: true,
			Description: `The session token of a temporary access key, whose id begins with "ASIA".`,
		},
	}, "accessKeyId", "secretAccessKey")
	s.Description = "Credentials to log in with, as they are."
	return s
}

// open returns the credentials as they are, if they can be credentials.
func (s *static) open() (any, error) {
	if err := s.check(); err != nil {
		return nil, err
	}
	out := map[string]any{"accessKeyId": s.AccessKeyID, "secretAccessKey": s.SecretAccessKey}
	if s.SessionToken.Reveal() != "" {
		out["sessionToken"] = s.SessionToken
	}
	return out, nil
}

// check refuses an empty id or secret even though the schema does: given empty credentials, an SDK would take those of
// the machine.
func (s *static) check() error {
	id, secret, token := text(s.AccessKeyID), s.SecretAccessKey.Reveal(), s.SessionToken.Reveal()
	switch {
	case id == "":
		return badInput(`"static.accessKeyId" is empty; write the id of an access key`)
	case secret == "":
		return badInput(`"static.secretAccessKey" is empty; write the secret of the access key`)
	case blank(id):
		return notPlain("static.accessKeyId")
	case blank(secret):
		return notPlain("static.secretAccessKey")
	case blank(token):
		return notPlain("static.sessionToken")
	case strings.HasPrefix(id, "ASIA") && token == "":
		return badInput(`"static.sessionToken" is missing; an access key whose id begins with "ASIA" is temporary ` +
			`and works only together with its session token`)
	}
	return nil
}

// text returns the text of a string or of a secret one.
func text(v any) string {
	if s, ok := v.(schema.Secret); ok {
		return s.Reveal()
	}
	t, _ := v.(string)
	return t
}

// blank reports whether text holds what no credential does and what copying one may leave behind.
func blank(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) })
}

func notPlain(name string) error {
	return badInput(`"%s" holds white space or a control character; `+
		`replace it by the real one, with nothing before, within or after it`, name)
}
