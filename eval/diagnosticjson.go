package eval

import "encoding/json"

// MarshalJSON returns the diagnostic as {code, severity, message, hint?, range?, path?, related?}. It leaves out the
// cause, whose text may hold secrets.
func (d Diagnostic) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Code     string        `json:"code"`
		Severity string        `json:"severity"`
		Message  string        `json:"message"`
		Hint     string        `json:"hint,omitempty"`
		Range    Range         `json:"range,omitzero"`
		Path     string        `json:"path,omitempty"`
		Related  []relatedJSON `json:"related,omitempty"`
	}{d.Code, d.severity(), d.Message, d.Hint, d.Range, d.Path, relatedForms(d.Related)})
}

type relatedJSON struct {
	Note  string `json:"note"`
	Range Range  `json:"range,omitzero"`
}

func relatedForms(related []Related) []relatedJSON {
	var forms []relatedJSON
	for _, r := range related {
		forms = append(forms, relatedJSON(r))
	}
	return forms
}
