package awsiam

import "strings"

// scrub takes the secrets that the run knows out of what others have said, such as a proxy that repeats a request.
func (r *run) scrub(e *Error) {
	for _, secret := range r.secrets() {
		if len(secret) < 8 {
			continue
		}
		for _, text := range []*string{&e.Text, &e.Hint, &e.AWSCode, &e.RequestID} {
			if strings.Contains(*text, secret) {
				*text = strings.ReplaceAll(*text, secret, "[secret]")
				e.Err = nil
			}
		}
		if e.Err != nil && strings.Contains(e.Err.Error(), secret) {
			e.Err = nil
		}
	}
}

func (r *run) secrets() []string {
	var all []string
	if r.in != nil {
		all = append(all, r.in.login.SecretAccessKey, r.in.login.SessionToken)
	}
	if r.state == nil {
		return all
	}
	keys := []*credential{r.state.current, r.state.previous}
	if p := r.state.ledger.pending; p != nil {
		keys = append(keys, p.key)
	}
	for _, c := range keys {
		if c != nil {
			all = append(all, c.secret.Reveal())
		}
	}
	return all
}
