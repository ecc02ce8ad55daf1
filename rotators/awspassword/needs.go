package awspassword

import (
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

// needs lists what a rotation needs, as far as the reads of the audit have shown.
func (a *auditor) needs() []rotators.Need {
	var all iamuser.Needs
	all.Account(&a.Run)
	all.Permission(&a.Run, "iam:GetLoginProfile", rotators.Serious, a.profileKnown)
	all.Untried("iam:UpdateLoginProfile", rotators.Serious, iamuser.NoDryRun)
	all.Permission(&a.Run, "iam:GetUser", rotators.Warning, a.user != nil)
	all.Permission(&a.Run, "iam:GetAccountPasswordPolicy", rotators.Warning, a.policyKnown)
	return append(all, a.policy())
}

// policy is whether the account allows the passwords that the inputs want.
func (a *auditor) policy() rotators.Need {
	need := rotators.Need{Name: "password-policy", Level: rotators.Serious, Checked: a.policyKnown, Met: a.policyKnown}
	switch {
	case !a.policyKnown:
		need.Text = "not checked; the account's policy is not known"
	case a.unfit != nil:
		need.Met, need.Text, need.Remedy = false, a.unfit.Text, a.unfit.Hint
	default:
		need.Text = "the account's policy allows what the inputs want"
	}
	return need
}
