package notify

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/escapement-go/escapement/schema"
)

const (
	keyPrefix = "whsec_"
	minKey    = 24 // bytes
)

// ParseKey reads the key that notices are signed with: whsec_ and at least 24 bytes in base64, as Standard Webhooks has
// them. Its error does not show the text.
func ParseKey(text string) (schema.Secret, error) {
	encoded, ok := strings.CutPrefix(strings.TrimSpace(text), keyPrefix)
	if !ok {
		return schema.Secret{}, errors.New(`the key does not begin with "whsec_"`)
	}
	key, err := base64.StdEncoding.DecodeString(encoded)
	switch {
	case err != nil:
		return schema.Secret{}, errors.New(`what follows "whsec_" is not base64`)
	case len(key) < minKey:
		return schema.Secret{}, fmt.Errorf(`the key has %d bytes and needs %d or more`, len(key), minKey)
	}
	return schema.NewSecret(string(key)), nil
}

// sign returns the signature of a message by Standard Webhooks, version 1.
func sign(key schema.Secret, id string, at time.Time, body []byte) string {
	mac := hmac.New(sha256.New, []byte(key.Reveal()))
	mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "."))
	mac.Write(body)
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
