package providers

// A Coder is an error with a code that programs can tell it by, such as bad-input: lower-case words joined by hyphens,
// documented by the provider and never made of data.
//
// An error of Open need not be one. If it is, or wraps one in the sense of [errors.As], the evaluator appends the code
// to its own: a diagnostic then prints provider-failed/bad-input rather than provider-failed.
type Coder interface {
	error

	// DiagnosticCode returns the code. The name leaves Code free for a field.
	DiagnosticCode() string
}
