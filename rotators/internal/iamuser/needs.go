package iamuser

import (
	"fmt"

	"github.com/escapement-go/escapement/rotators"
)

// Needs are what a rotation needs.
type Needs []rotators.Need

// Account adds that the login is one of the account, if it was asked who it is.
func (n *Needs) Account(r *Run) {
	need := rotators.Need{Name: "account", Level: rotators.Serious, Text: `not checked, since "verify" is false`}
	if r.me != (Identity{}) {
		need.Checked, need.Met = true, true
		need.Text = fmt.Sprintf("the login %s is %s", r.Login.AccessKeyID, r.me.ARN)
	}
	*n = append(*n, need)
}

// Permission adds that of a call that was made; the level says what it is to lack it.
func (n *Needs) Permission(r *Run, call string, level rotators.Level, allowed bool) {
	need := rotators.Need{Name: call, Level: level, Checked: true, Met: allowed, Text: "allowed"}
	if !allowed {
		need.Text = "not allowed"
		need.Remedy = fmt.Sprintf("allow %s on %s to the owner of %s", call, r.User.Text, r.Login.AccessKeyID)
	}
	*n = append(*n, need)
}

// Untried adds the permission of a call that was not made, and why.
func (n *Needs) Untried(call string, level rotators.Level, why string) {
	*n = append(*n, rotators.Need{Name: call, Level: level, Text: "not checked; " + why})
}

// NoDryRun is why a call that changes something is not made.
const NoDryRun = "AWS has no dry run for it"
