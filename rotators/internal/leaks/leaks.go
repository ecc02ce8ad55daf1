// Package leaks finds secrets in what a rotation has said, for tests.
package leaks

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
)

// In returns what a text holds of secrets, in each form in which they might hide.
func In(text string, secrets ...string) []string {
	var found []string
	for _, secret := range secrets {
		quoted, _ := json.Marshal(secret) // of a string it cannot fail
		for _, form := range []string{
			secret, base64.StdEncoding.EncodeToString([]byte(secret)), url.QueryEscape(secret), string(quoted[1 : len(quoted)-1]),
		} {
			if strings.Contains(text, form) {
				found = append(found, form)
			}
		}
	}
	return found
}
