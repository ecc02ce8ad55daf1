package schema

// A Problem says what is wrong with data that should be a schema. It never quotes that data, except for the name of a
// keyword that is not supported.
type Problem struct {
	// Path leads from the schema to the offending part, as in Violation.
	Path []any
	// Code is "invalid-schema", or "unsupported-keyword" for the warning that a keyword is not applied.
	Code string
	// Message says what is wrong, Hint what is possible; Hint may be empty.
	Message, Hint string
	// Warning says that the schema can be used all the same.
	Warning bool
}

// String returns the problem in one line: at "properties.x": message; hint [code].
func (p Problem) String() string { return describe(p.Path, p.Message, p.Hint, p.Code) }
