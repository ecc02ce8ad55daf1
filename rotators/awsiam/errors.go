package awsiam

import "github.com/escapement-go/escapement/rotators/internal/iamuser"

// An Error says why a rotation ended without one. Its text holds no secret. It has the fields Code, which the package
// documentation lists; Op, what was being done, such as "iam:CreateAccessKey"; AWSCode and RequestID, what AWS said; Keys, a
// slice of [Key], those in question; RetryAt, when to rotate again; Text, what is wrong; Hint, what to do about it; and Err,
// the cause. All but Code and Text may be empty.
type Error = iamuser.Error

// A Key is an access key as far as it is known, without its secret. It has the fields ID; Role, one of current, previous,
// pending, retiring, quarantined and foreign; Status, as AWS says it; Created; and LastUsed, a time, "never" or "unknown".
type Key = iamuser.Key

// refuse ends the run; the ids are the keys in question.
func (r *run) refuse(code string, ids []string, format string, args ...any) *Error {
	e := iamuser.Refuse(code, format, args...)
	for _, id := range ids {
		e.Keys = append(e.Keys, r.describe(id))
	}
	return e
}

// describe tells what is known of a key.
func (r *run) describe(id string) Key {
	k := Key{ID: id, Role: r.state.names()[id], Created: r.state.created(id)}
	if k.Role == "" {
		k.Role = "foreign"
	}
	if listed, found := r.keys[id]; found {
		k.Status, k.Created = listed.status, listed.created
	}
	return k
}
