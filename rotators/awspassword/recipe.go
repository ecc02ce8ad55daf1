package awspassword

import (
	"io"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/escapement-go/escapement/rotators/internal/draw"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

// The classes of characters.
const (
	lower = iota
	upper
	numeric
	special
)

var alphabets = [...]string{
	lower:   draw.Lower,
	upper:   draw.Upper,
	numeric: draw.Digits,
	special: draw.Special,
}

// classNames are the inputs.
var classNames = [...]string{lower: "lower", upper: "upper", numeric: "numeric", special: "special"}

// A recipe says what passwords look like.
type recipe struct {
	length int
	wants  [len(alphabets)]bool
}

func (r recipe) classes() int {
	n := 0
	for _, wanted := range r.wants {
		if wanted {
			n++
		}
	}
	return n
}

// usualClasses is how many classes AWS wants where the account has no policy.
const usualClasses = 3

// withoutPolicy checks the recipe against what AWS wants of accounts without a policy.
func (r recipe) withoutPolicy() error {
	if n := r.classes(); n < usualClasses {
		return iamuser.BadInput("lower", `and "upper", "numeric" and "special" allow %d classes of characters; AWS wants %d unless the `+
			"account has a password policy; make more of them true", n, usualClasses)
	}
	return nil
}

// by adapts the recipe to the account's policy.
func (r recipe) by(p *types.PasswordPolicy) (recipe, error) {
	r.length = max(r.length, int(min(aws.ToInt32(p.MinimumPasswordLength), mostLength)))
	for class, rule := range [...]struct {
		name     string
		required bool
	}{
		lower:   {"RequireLowercaseCharacters", p.RequireLowercaseCharacters},
		upper:   {"RequireUppercaseCharacters", p.RequireUppercaseCharacters},
		numeric: {"RequireNumbers", p.RequireNumbers},
		special: {"RequireSymbols", p.RequireSymbols},
	} {
		if rule.required && !r.wants[class] {
			return r, iamuser.BadInput(classNames[class], "is false, and the account's password policy has %s; make it true, or change the policy", rule.name)
		}
	}
	return r, nil
}

// generate returns a password by the recipe that is none of others. Each that fits is as likely as any other.
func (r recipe) generate(random io.Reader, others []string) (string, error) {
	alphabet := ""
	for class, wanted := range r.wants {
		if wanted {
			alphabet += alphabets[class]
		}
	}
	for {
		password := make([]byte, r.length)
		for i := range password {
			c, err := draw.From(random, alphabet)
			if err != nil {
				return "", err
			}
			password[i] = c
		}
		if text := string(password); r.fits(text) && !slices.Contains(others, text) {
			return text, nil
		}
	}
}

// fits tells whether there is one of each class.
func (r recipe) fits(password string) bool {
	for class, wanted := range r.wants {
		if wanted && !strings.ContainsAny(password, alphabets[class]) {
			return false
		}
	}
	return true
}
