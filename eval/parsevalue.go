package eval

import (
	"errors"
	"strings"

	"github.com/escapement-go/escapement/eval/internal/yamltext"
)

// parseValue reads text of a document as a value to be written.
func parseValue(text string, limits Limits) (*yamltext.Value, error) {
	doc, issues := yamltext.Parse([]byte(text), limits.syntax().Limits)
	for _, issue := range issues {
		if !issue.Warning {
			return nil, unreadable("the value is not YAML", &issue)
		}
	}
	if doc.Root == nil {
		return nil, errors.New(`the value is empty; write null, or "" for the empty string`)
	}
	if doc.Root.Kind == yamltext.Scalar && doc.HasComments() { // which was perhaps meant to be text
		return nil, errors.New(`the value holds a comment, which would be lost; put text that holds " #" in quotes`)
	}
	return writtenNode(doc.Root, limits)
}

func writtenNode(n *yamltext.Node, limits Limits) (*yamltext.Value, error) {
	switch {
	case n.Kind == yamltext.Alias:
		return nil, errors.New("the value holds an alias; write out what it names")
	case n.Tag != "":
		return nil, errors.New("the value holds a tag; write it without")
	case n.Kind == yamltext.Scalar:
		return writtenScalar(n, limits)
	}
	value := &yamltext.Value{Kind: n.Kind}
	for i, part := range n.Content {
		if n.Kind == yamltext.Mapping && i%2 == 0 {
			if err := checkKey(part, limits); err != nil {
				return nil, err
			}
			value.Keys = append(value.Keys, part.Value)
			continue
		}
		item, err := writtenNode(part, limits)
		if err != nil {
			return nil, err
		}
		value.Items = append(value.Items, item)
	}
	return value, nil
}

func checkKey(n *yamltext.Node, limits Limits) error {
	if n.IsMerge() {
		return errors.New("the value holds a merge key; write out what it merges")
	}
	scalar, issue := yamltext.Resolve(n, limits.Digits, limits.Exponent)
	if n.Kind != yamltext.Scalar || issue != nil || scalar.Kind != yamltext.String {
		return errors.New("the value holds a key that is not a string; put it in quotes")
	}
	return nil
}

// unreadable says what is wrong with text of a document, and what to do about it.
func unreadable(what string, issue *yamltext.Issue) error {
	wrong, remedy, says := strings.Cut(issue.Message, ", put ")
	switch {
	case issue.Hint != "":
		remedy = issue.Hint
	case says:
		remedy = "put " + remedy
	default:
		remedy = "put text in quotes"
	}
	return errors.New(what + ": " + wrong + "; " + remedy)
}

func writtenScalar(n *yamltext.Node, limits Limits) (*yamltext.Value, error) {
	scalar, issue := yamltext.Resolve(n, limits.Digits, limits.Exponent)
	switch {
	case issue != nil && !issue.Warning:
		return nil, unreadable("the value cannot be read", issue)
	case scalar.Kind == yamltext.String:
		return &yamltext.Value{Text: n.Value}, nil
	case n.Value == "":
		return verbatim("null"), nil
	}
	return verbatim(n.Value), nil
}
