package awstest

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// A trustPolicy is a role's trust policy, of the part of the language that federation uses.
type trustPolicy struct{ statements []statement }

type statement struct {
	allow      bool
	federated  []string
	anybody    bool // the principal is "*"
	actions    []string
	conditions []condition
}

// A condition holds if the value of its key is like one of its values.
type condition struct {
	like   bool // * and ? are wildcards
	key    string
	values []string
}

// texts is one string or a list of them.
type texts []string

func (t *texts) UnmarshalJSON(data []byte) error {
	var one string
	if json.Unmarshal(data, &one) == nil {
		*t = texts{one}
		return nil
	}
	var many []string
	if json.Unmarshal(data, &many) != nil {
		return errors.New("a string or a list of strings is needed")
	}
	*t = many
	return nil
}

// readTrustPolicy reads a trust policy, and refuses what the simulator cannot judge.
func readTrustPolicy(data []byte) (*trustPolicy, error) {
	var raw struct {
		Version   string
		ID        string `json:"Id"`
		Statement json.RawMessage
	}
	if err := strictly(data, &raw); err != nil {
		return nil, err
	}
	list := []json.RawMessage{raw.Statement}
	if len(raw.Statement) > 0 && raw.Statement[0] == '[' {
		if err := json.Unmarshal(raw.Statement, &list); err != nil {
			return nil, err
		}
	}
	p := &trustPolicy{}
	for _, text := range list {
		st, err := readStatement(text)
		if err != nil {
			return nil, err
		}
		p.statements = append(p.statements, st)
	}
	return p, nil
}

func strictly(data []byte, into any) error {
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fmt.Errorf("it is not JSON that the simulator understands: %w", err)
	}
	if d.More() {
		return errors.New("there is text after the JSON")
	}
	return nil
}

func readStatement(data []byte) (statement, error) {
	var raw struct {
		Sid, Effect string
		Principal   json.RawMessage
		Action      texts
		Condition   map[string]map[string]texts
	}
	if err := strictly(data, &raw); err != nil {
		return statement{}, err
	}
	if raw.Effect != "Allow" && raw.Effect != "Deny" {
		return statement{}, fmt.Errorf("the Effect %q: Allow and Deny are allowed", raw.Effect)
	}
	st := statement{allow: raw.Effect == "Allow", actions: raw.Action}
	if string(raw.Principal) == `"*"` {
		st.anybody = true
	} else {
		var principal struct{ Federated, AWS, Service texts }
		if err := strictly(raw.Principal, &principal); err != nil {
			return statement{}, err
		}
		st.federated = principal.Federated
	}
	for _, operator := range slices.Sorted(maps.Keys(raw.Condition)) {
		like, err := readOperator(operator)
		if err != nil {
			return statement{}, err
		}
		for key, values := range raw.Condition[operator] {
			st.conditions = append(st.conditions, condition{like, key, values})
		}
	}
	return st, nil
}

// readOperator tells whether an operator knows wildcards. A claim has one value, so ForAnyValue changes nothing.
func readOperator(operator string) (like bool, err error) {
	switch strings.TrimPrefix(operator, "ForAnyValue:") {
	case "StringEquals":
		return false, nil
	case "StringLike":
		return true, nil
	}
	return false, fmt.Errorf("the condition operator %q: StringEquals, StringLike and both after ForAnyValue: are allowed", operator)
}

// accepts tells whether a token with the claims, of the provider with the ARN, may assume the role.
func (p *trustPolicy) accepts(provider string, c *claims) bool {
	allowed := false
	for _, st := range p.statements {
		if !st.applies(provider, c) {
			continue
		}
		if !st.allow {
			return false
		}
		allowed = true
	}
	return allowed
}

const assumeAction = "sts:AssumeRoleWithWebIdentity"

func (st statement) applies(provider string, c *claims) bool {
	acts := slices.ContainsFunc(st.actions, func(a string) bool { return wild(strings.ToLower(a), strings.ToLower(assumeAction)) })
	if !acts || !st.anybody && !slices.Contains(st.federated, provider) {
		return false
	}
	return !slices.ContainsFunc(st.conditions, func(cond condition) bool { return !cond.holds(c) })
}

// holds compares the claim that a key means. Keys are compared without regard to case, values with it.
func (cond condition) holds(c *claims) bool {
	issuer := bare(c.Issuer)
	var value string
	switch {
	case strings.EqualFold(cond.key, issuer+":aud"):
		value = c.audience
	case strings.EqualFold(cond.key, issuer+":sub"):
		value = c.Subject
	default:
		return false
	}
	return slices.ContainsFunc(cond.values, func(pattern string) bool {
		if cond.like {
			return wild(pattern, value)
		}
		return pattern == value
	})
}

// wild tells whether text matches a pattern in which * is any text and ? any one character.
func wild(pattern, text string) bool {
	p, t := []rune(pattern), []rune(text)
	star, mark, i, j := -1, 0, 0, 0
	for j < len(t) {
		switch {
		case i < len(p) && p[i] == '*':
			star, mark = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == t[j]):
			i, j = i+1, j+1
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}
