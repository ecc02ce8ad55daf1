package notify

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/escapement-go/escapement/schema"
)

// byHand computes HMAC-SHA256 from its definition, by hash functions alone.
func byHand(key, message []byte) []byte {
	block := make([]byte, sha256.BlockSize)
	if len(key) > len(block) {
		sum := sha256.Sum256(key)
		key = sum[:]
	}
	copy(block, key)
	inner, outer := bytes.Clone(block), bytes.Clone(block)
	for i := range block {
		inner[i] ^= 0x36
		outer[i] ^= 0x5c
	}
	first := sha256.Sum256(append(inner, message...))
	second := sha256.Sum256(append(outer, first[:]...))
	return second[:]
}

// TestSign signs the example of the Standard Webhooks specification, and others, and computes each by hand.
func TestSign(t *testing.T) {
	for _, test := range []struct {
		key, id string
		at      int64
		body    string
		want    string // where somebody else has computed it
	}{
		{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, `{"test": 2432232314}`,
			"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="},
		{"whsec_" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{0xff}, 100)), "notice_A", 0, "", ""},
		{"whsec_" + base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{1}, 64)), "notice_é", 4102444800, strings.Repeat("x", 1000), ""},
	} {
		key, err := ParseKey(test.key)
		if err != nil {
			t.Fatal(err)
		}
		raw, _ := base64.StdEncoding.DecodeString(strings.TrimPrefix(test.key, "whsec_"))
		mac := byHand(raw, fmt.Appendf(nil, "%s.%d.%s", test.id, test.at, test.body))
		want := "v1," + base64.StdEncoding.EncodeToString(mac)
		if test.want != "" && test.want != want {
			t.Errorf("by hand it is %s and not %s", want, test.want)
		}
		if got := sign(key, test.id, time.Unix(test.at, 0), []byte(test.body)); got != want {
			t.Errorf("signed %s, want %s", got, want)
		}
	}
}

func TestParseKey(t *testing.T) {
	const canary = "Y2FuYXJ5Y2FuYXJ5"
	for _, test := range []struct{ text, want string }{
		{"", `the key does not begin with "whsec_"`},
		{canary, `the key does not begin with "whsec_"`},
		{"whsec_" + canary + "!", `what follows "whsec_" is not base64`},
		{"whsec_" + canary, "the key has 12 bytes and needs 24 or more"},
		{"whsec_", "the key has 0 bytes and needs 24 or more"},
		{"whsec_" + canary + canary[:len(canary)-4], "the key has 21 bytes and needs 24 or more"},
		{"whsec_" + canary + canary, ""},
		{" whsec_" + canary + canary + "\n", ""},
	} {
		key, err := ParseKey(test.text)
		got := ""
		if err != nil {
			got = err.Error()
		}
		if got != test.want || (err == nil) == schema.Equal(key, schema.Secret{}) {
			t.Errorf("%q: %s, want %s", test.text, got, test.want)
		}
		if strings.Contains(fmt.Sprintf("%v %+v %#v %s %q", key, key, key, key, err), "canary") || strings.Contains(got, canary) {
			t.Errorf("%q shows: %v %v", test.text, key, err)
		}
	}
}
