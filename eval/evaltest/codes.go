package evaltest

import (
	"regexp"
	"strings"
	"sync"
)

// A code is a row of the language's table of diagnostics.
type code struct {
	severity string // "E", "W" or "EW"
	phases   string // letters of D C P R O; what comes up after the first call has P
	text     string // {} stands for anything, [[…]] for what may be missing, || separates alternatives
}

// match says whether the message and hint of a diagnostic are those of the row. A violation may name the place inside
// the value.
func (c code) match(text string) bool { return pattern(c.text).MatchString(text) }

var pattern = memoize(func(text string) *regexp.Regexp {
	text = regexp.QuoteMeta(text)
	text = strings.NewReplacer("; ", `(?: at ".+")?; `, `"\{\}"`, `".*"`, `\{\}`, `.+`, `\[\[`, `(?:`, `\]\]`, `)?`, `\|\|`, `|`).Replace(text)
	return regexp.MustCompile(`^(?:at ".+": )?(?:` + text + `)(?: at ".+")?$`)
})

func memoize[K comparable, V any](make func(K) V) func(K) V {
	var mu sync.Mutex
	known := map[K]V{}
	return func(k K) V {
		mu.Lock()
		defer mu.Unlock()
		v, ok := known[k]
		if !ok {
			v = make(k)
			known[k] = v
		}
		return v
	}
}

var codes = map[string]code{
	"invalid-utf8":             {"E", "D", `text is not valid UTF-8; save the document as UTF-8`},
	"yaml-syntax":              {"E", "D", `invalid YAML: {}`},
	"multiple-documents":       {"E", "D", `more than one YAML document; an environment is one document`},
	"key-not-string":           {"E", "D", `key is {}, not a string; put it in quotes`},
	"duplicate-key":            {"E", "D", `key "{}" appears twice in one mapping; remove one of them`},
	"alias-cycle":              {"E", "D", `alias "{}" contains itself`},
	"invalid-merge-key":        {"E", "D", `"<<" merges mappings, not {}; put "<<" in quotes for an ordinary key`},
	"bad-tag":                  {"E", "D", `text cannot be read as {}`},
	"unknown-tag":              {"W", "D", `tag "{}" has no meaning here and is ignored`},
	"number-not-finite":        {"E", "D", `number is not finite; put it in quotes for a string`},
	"leading-zero":             {"W", "D", `number with a leading zero is read as octal; write "0o…" for octal, no zero for decimal, or put it in quotes`},
	"number-too-large":         {"E", "DCP", `number has more than {} digits or an exponent beyond {}; put it in quotes for a string`},
	"not-a-mapping":            {"E", "D", `"values" holds {}; write a mapping of names to values[[, with a blank behind each colon]]||environment is {}; {}`},
	"not-a-list":               {"E", "D", `"imports" holds {}; write a list of environment names`},
	"not-a-string":             {"E", "D", `"description" is not plain text; write a string without interpolations`},
	"unknown-key":              {"W", "D", `unknown key "{}"; allowed are {}`},
	"key-case":                 {"E", "D", `key "{}" must be written "{}"`},
	"reserved-name":            {"E", "D", `"{}" is reserved and cannot be a property of "values"; choose another name`},
	"call-at-top":              {"E", "D", `function "{}" stands directly under "values"; give its result a name`},
	"invalid-import":           {"E", "D", `import is {}; write a name, or one name with its options`},
	"unknown-import-option":    {"E", "D", `unknown import option "{}"; allowed is "merge"[[; did you mean "merge"?]]`},
	"invalid-import-option":    {"E", "D", `import option "merge" is {}; write true or false`},
	"invalid-environment-name": {"E", "DC", `invalid environment name "{}"; allowed are segments of letters, digits, "_", ".", "-" joined by "/", and "@version"`},
	"interpolated-key":         {"E", "D", `key cannot contain an interpolation; write "$$" for a literal "$"`},
	"unclosed-interpolation":   {"E", "D", `interpolation is not closed; add "}"; [[remove the white space in it, or ]]write "$${" for literal text||interpolation is not closed; add ">"; [[remove the white space in it, or ]]write "$$<" for literal text`},
	"bad-path":                 {"E", "DO", `bad path: {}`},
	"nested-interpolation":     {"E", "D", `interpolations cannot be nested; give the inner value a name`},
	"unknown-function":         {"E", "D", `unknown function "{}"[[; did you mean "{}"?]]`},
	"call-not-alone":           {"E", "D", `function "{}" stands beside other keys; give it a mapping of its own`},
	"bad-argument":             {"E", "DCP", `"{}" takes {}, not {}`},
	"missing-argument":         {"E", "D", `"{}" needs "{}"`},
	"unknown-argument":         {"E", "D", `unknown key "{}" of "{}"; allowed are {}[[; did you mean "{}"?]]`},
	"secret-not-literal":       {"E", "DR", `"fn::secret" takes plain text; use quotes for other kinds and "$$" for a literal "$"`},
	"state-not-literal":        {"E", "D", `"state" is not written out in this call; write its mapping here`},
	"invalid-envelope":         {"E", "CR", `ciphertext is damaged: {}`},
	"load-failed":              {"E", "C", `cannot load environment "{}": {}`},
	"import-cycle":             {"E", "C", `environment imports itself: "{}" -> "{}"`},
	"incomplete-environment":   {"E", "C", `"environments" needs a project and an environment name; as in environments.PROJECT.NAME`},
	"unknown-property":         {"E", "CP", `property {} is not defined[[; did you mean "{}"?||; write imports["{}"]||; imports are {}||; the document has no "imports"||; paths begin below "values"; leave that out]]`},
	"undeclared-property":      {"W", "C", `property "{}" is not declared in the schema of {}`},
	"index-on-object":          {"E", "CP", `an object has no element {}; use a name`},
	"name-on-array":            {"E", "CP", `an array has no member {}; use an index such as [0]`},
	"not-a-container":          {"E", "CP", `{} has no members; only arrays and objects have`},
	"index-out-of-range":       {"E", "CP", `element {} does not exist; the array has {}, counted from 0`},
	"cycle":                    {"E", "CP", `value needs itself: "{}" -> "{}"[[; use {} for the inherited value]]`},
	"final-override":           {"W", "CP", `"{}" is final; this value is ignored`},
	"bad-base64":               {"E", "CP", `text is not valid base64 at byte {}`},
	"bad-json":                 {"E", "CP", `text is not valid JSON at byte {}: {}`},
	"not-utf8":                 {"EW", "CPO", `string is not valid UTF-8 and has no JSON or YAML form`},
	"invalid-schema":           {"E", "CP", `invalid schema: {}`},
	"unsupported-keyword":      {"W", "CP", `schema keyword "{}" is not supported and not applied; supported are {}[[; did you mean "{}"?]]`},
	"wrong-type":               {"E", "CP", `must be {}, is {}`},
	"wrong-value":              {"E", "CP", `must be {}`},
	"out-of-range":             {"E", "CP", `must be at least {}||must be at most {}||must be more than {}||must be less than {}`},
	"not-a-multiple":           {"E", "CP", `must be {} times an integer`},
	"wrong-length":             {"E", "CP", `must have at least {}, has {}||must have at most {}, has {}`},
	"pattern-mismatch":         {"E", "CP", `does not match {}`},
	"duplicate-item":           {"E", "CP", `items {} and {} are equal; items must be unique`},
	"missing-property":         {"E", "CP", `property {} is missing`},
	"unexpected-property":      {"E", "CP", `property {} is not allowed; {}[[; did you mean "{}"?]]`},
	"unexpected-item":          {"E", "CP", `item {} is not allowed; the list ends before it`},
	"no-match":                 {"E", "CP", `value matches none of {} alternatives`},
	"ambiguous-match":          {"E", "CP", `value matches alternatives {} and {}; exactly one may match`},
	"forbidden-match":          {"E", "CP", `value matches a schema that it must not match`},
	"not-allowed":              {"E", "CP", `no value is allowed here`},
	"unknown-provider":         {"E", "C", `unknown provider "{}"[[; did you mean "{}"?||; there are {}]]`},
	"unknown-rotator":          {"E", "C", `unknown rotator "{}"[[; did you mean "{}"?||; there are {}]]`},
	"no-crypter":               {"E", "CR", `secrets cannot be encrypted or decrypted: no crypter is configured; give the evaluator a Crypter`},
	"not-rotated":              {"EW", "CP", `not rotated yet; run rotate`},
	"rotate-only-exposed":      {"W", "C", `"{}" feeds the rotate-only input "{}" and is itself a value, so every open evaluates it; move it to another environment`},
	"decrypt-failed":           {"E", "PR", `cannot decrypt: {}`},
	"unknown-key-id":           {"E", "PR", `cannot decrypt: no key "{}"[[; {}]]`},
	"provider-failed":          {"E", "P", `provider "{}" failed: {}||rotator "{}" failed: {}`},
	"provider-warning":         {"W", "P", `provider "{}" warns: {}||rotator "{}" warns: {}`},
	"unknown-output":           {"E", "CP", `"{}" has no value because it depends on something unknown; see the other errors`},
	"not-an-object":            {"E", "CP", `"environmentVariables" is {}; write names with their values||"files" is {}; write names with their values`},
	"not-a-scalar":             {"E", "CP", `"{}" is {}; use a string, number, boolean or null, or "fn::toJSON"`},
	"invalid-variable-name":    {"E", "CPO", `"{}" cannot be the name of a variable`},
	"unportable-variable-name": {"W", "CP", `"{}" is not a portable variable name; use letters, digits and "_"`},
	"unquotable-variable":      {"E", "O", `"{}" cannot be written as "{}": {}; choose another format, or put it into "files"`},
	"nul-in-variable":          {"E", "CP", `"{}" contains a NUL byte; put it into "files"`},
	"duplicate-variable":       {"W", "CP", `"{}" is in "environmentVariables" and in "files"; the file wins`},
	"pinned-version":           {"E", "O", `cannot rotate a pinned version; rotate "{}"`},
	"no-rotator-at-path":       {"E", "C", `no rotator at "{}"; rotators are at {}||no rotator at "{}"; the environment has none`},
	"nothing-to-rotate":        {"W", "C", `the environment has no rotator`},
	"not-writable":             {"E", "CR", `cannot write the state back: {}`},
	"rotation-skipped":         {"E", "P", `not rotated because its inputs or state are not known[[; see {} at {}]]`},
	"rotate-failed":            {"E", "PR", `rotator "{}" failed to rotate: {}||rotator "{}" failed to plan: {}`},
	"invalid-state":            {"E", "PR", `the new state was saved but violates its schema at "{}": {}||the new state was saved but violates its schema: {}`},
	"state-not-saved":          {"E", "PR", `the new state could not be saved: {}; it is kept in the result`},
	"save-conflict":            {"E", "PR", `the document changed while rotating; the new state is kept in the result`},
	"no-value-at-path":         {"E", "O", `no value at "{}"[[; did you mean "{}"?||; "{}" has {}||; the environment has {}]]`},
	"path-not-allowed":         {"E", "O", `format "{}" takes no path`},
	"document-too-large":       {"E", "D", `document has more than {} bytes`},
	"too-deep":                 {"E", "DCP", `nesting is deeper than {}`},
	"too-many-nodes":           {"E", "D", `document has more than {} nodes`},
	"too-many-imports":         {"E", "C", `more than {} environments`},
	"string-too-large":         {"E", "CP", `string has more than {} bytes`},
	"result-too-large":         {"E", "CP", `value has more than {} bytes`},
	"too-many-steps":           {"E", "CP", `evaluation takes more than {} steps`},
}
