package awstest

import (
	"encoding/base64"
	"errors"
	"reflect"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// What is common to the services that keep values by region and name.

// A regional is how such a service finds what it keeps.
type regional struct{ region, name string }

// storing makes an operation of such a service. What it needs permission for depends on what it acts on.
func storing[I, O any](service, action string, run body[I, O]) *operation {
	op := operate(service, action, run)
	op.permission = ""
	return op
}

// resources returns what a call asks such a service about, as sent.
func resources(in any) []string {
	v := reflect.ValueOf(in).Elem()
	for _, name := range []string{"SecretId", "SecretIdList", "Names", "Name", "Path"} {
		switch member := v.FieldByName(name); {
		case !member.IsValid():
		case member.Kind() == reflect.Slice:
			return member.Interface().([]string)
		case !member.IsNil():
			return []string{member.Elem().String()}
		}
	}
	return nil
}

// regionalARN is the ARN of something that belongs to a region.
func (s *Simulator) regionalARN(service, region, resource string) string {
	return strings.Join([]string{"arn", s.options.Partition, service, region, s.options.Account, resource}, ":")
}

// permit refuses an action on a resource, given as sent and by its ARN, that the caller's policy does not allow.
func (c *call) permit(action, sent, arn string) error {
	if c.caller.policy().allows(action, arn) {
		return nil
	}
	return refuse("AccessDeniedException", "User: %s is not authorized to perform: %s on resource: %s because no identity-based policy allows the %s action",
		c.caller.arn(), action, sent, action)
}

// mayUseKey tells whether the caller's policy allows an action with a key of KMS. Nobody needs permission for the keys
// that AWS manages.
func (s *Simulator) mayUseKey(c *call, action, key string) bool {
	return key == "" || strings.HasPrefix(key, "alias/aws/") || c.caller.policy().allows(action, s.keyARN(c.region, key))
}

// keyARN is the ARN of a key of KMS that is given by its ARN, id or alias.
func (s *Simulator) keyARN(region, key string) string {
	switch {
	case strings.HasPrefix(key, "arn:"):
		return key
	case strings.HasPrefix(key, "alias/"):
		return s.regionalARN("kms", region, key)
	}
	return s.regionalARN("kms", region, "key/"+key)
}

// longestID is the most bytes of a name or an ARN.
const longestID = 2048

// invalidMember refuses a member of an input that is out of bounds.
func invalidMember(member, constraint string) *apiError {
	return refuse("ValidationException", "1 validation error detected: Value at '%s' failed to satisfy constraint: %s", member, constraint)
}

var errNoPage = errors.New("the token of the page is invalid")

// page returns the part of a list that a token leads to, and the token of the next part, nil if there is none.
func (s *Simulator) page(all []string, token *string, size int) ([]string, *string, error) {
	begin := 0
	if token != nil {
		text, _ := base64.StdEncoding.DecodeString(*token)
		n, err := strconv.Atoi(strings.TrimPrefix(string(text), "page at "))
		if err != nil || n <= 0 || n >= len(all) {
			return nil, nil, errNoPage
		}
		begin = n
	}
	end := begin + min(size, s.options.PageSize)
	if end >= len(all) {
		return all[begin:], nil, nil
	}
	return all[begin:end], aws.String(base64.StdEncoding.EncodeToString([]byte("page at " + strconv.Itoa(end)))), nil
}

// textOrNil is an optional member of an answer.
func textOrNil(text string) *string {
	if text == "" {
		return nil
	}
	return aws.String(text)
}
