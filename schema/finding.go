package schema

// A finding is a violation before it is put into words, which most alternatives of a schema never need to be.
type finding struct {
	rule   rule
	at     *node
	below  *step // where inside an unknown
	group  *node // the place of the alternatives that this belongs to, if any
	schema view  // whose keyword is violated
	name   string
	kinds  kinds
	// Lengths, or positions of items.
	have, want int
	unsure     bool // have is a bound, since the value is unknown
}

// anchor is the path that a finding is listed at.
func (f finding) anchor() []any {
	switch {
	case f.group != nil:
		return f.group.path()
	case f.at != nil:
		return f.at.path()
	}
	return nil
}

// A rule is what a finding violates.
type rule uint8

const (
	ruleNever rule = iota
	ruleType
	ruleConst
	ruleEnum
	ruleMinimum
	ruleMaximum
	ruleExclusiveMinimum
	ruleExclusiveMaximum
	ruleMultipleOf
	ruleTooShort
	ruleTooLong
	rulePattern
	ruleUnique
	ruleRequired
	ruleNoMoreProperties
	ruleNoMoreItems
	ruleNoMatch
	ruleAmbiguous
	ruleNot
	ruleInvalidSchema
	ruleTooManySteps
)

// What makes a schema invalid. None of these quotes a value.
const (
	reasonRef          = `"$ref" names nothing in "$defs"`
	reasonLoop         = `"$ref" leads back to itself`
	reasonPattern      = `"pattern" is not a regular expression`
	reasonLargePattern = `"pattern" is too large`
	reasonNumber       = `a bound is not a number`
	reasonType         = `"type" names an unknown type`
)

// Codes of what is no violation of a schema.
const (
	codeInvalidSchema = "invalid-schema"
	codeUnsupported   = "unsupported-keyword"
	codeTooManySteps  = "too-many-steps"
)

func (r rule) code() string {
	switch r {
	case ruleType:
		return "wrong-type"
	case ruleConst, ruleEnum:
		return "wrong-value"
	case ruleMinimum, ruleMaximum, ruleExclusiveMinimum, ruleExclusiveMaximum:
		return "out-of-range"
	case ruleMultipleOf:
		return "not-a-multiple"
	case ruleTooShort, ruleTooLong:
		return "wrong-length"
	case rulePattern:
		return "pattern-mismatch"
	case ruleUnique:
		return "duplicate-item"
	case ruleRequired:
		return "missing-property"
	case ruleNoMoreProperties:
		return "unexpected-property"
	case ruleNoMoreItems:
		return "unexpected-item"
	case ruleNoMatch:
		return "no-match"
	case ruleAmbiguous:
		return "ambiguous-match"
	case ruleNot:
		return "forbidden-match"
	case ruleInvalidSchema:
		return codeInvalidSchema
	case ruleTooManySteps:
		return codeTooManySteps
	}
	return "not-allowed"
}
