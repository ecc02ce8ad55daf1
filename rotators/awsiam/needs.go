package awsiam

import (
	"fmt"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/internal/iamuser"
)

// needs lists what a rotation needs, as far as the reads of the audit have shown.
func (a *auditor) needs() []rotators.Need {
	var all iamuser.Needs
	all.Account(&a.Run)
	all.Permission(&a.Run, "iam:ListAccessKeys", rotators.Serious, true)
	all.Permission(&a.Run, "iam:GetUser", rotators.Warning, a.userKnown)
	if len(a.used) == 0 && !a.usesForbidden {
		all.Untried("iam:GetAccessKeyLastUsed", rotators.Warning, "there is no key to ask about")
	} else {
		all.Permission(&a.Run, "iam:GetAccessKeyLastUsed", rotators.Warning, !a.usesForbidden)
	}
	all.Untried("iam:CreateAccessKey", rotators.Serious, iamuser.NoDryRun)
	all.Untried("iam:DeleteAccessKey", rotators.Serious, iamuser.NoDryRun)
	if a.state.ledger.cannotDeactivate {
		all.Permission(&a.Run, "iam:UpdateAccessKey", rotators.Warning, false)
	} else {
		all.Untried("iam:UpdateAccessKey", rotators.Warning, iamuser.NoDryRun)
	}
	if a.in.publish != nil {
		all.Untried(putSecret, rotators.Serious, iamuser.NoDryRun)
	}
	return append(all, a.room())
}

// room is whether a new key fits, as CHOOSE would find.
func (a *auditor) room() rotators.Need {
	need := rotators.Need{Name: "quota", Level: rotators.Serious, Checked: true, Met: true}
	victims, err := a.victims()
	p := a.state.ledger.pending
	switch {
	case p != nil && p.key != nil && a.exists(p.key.id):
		need.Text = fmt.Sprintf("the unfinished rotation has its key already, %s", p.key.id)
	case p != nil:
		need.Checked, need.Text = false, "not checked; the unfinished rotation comes first"
	case err != nil:
		need.Met, need.Text, need.Remedy = false, err.Text, err.Hint
		for i, key := range err.Keys {
			need.Text += [...]string{": ", ", "}[min(i, 1)] + key.ID
		}
	case len(victims) > 0:
		need.Text = fmt.Sprintf("the user has %s, of which the next rotation deletes %s", keyCount(len(a.keys)), victims[0])
	default:
		need.Text = fmt.Sprintf("the user has %s, so that there is room for another one", keyCount(len(a.keys)))
	}
	return need
}

func keyCount(n int) string {
	switch n {
	case 0:
		return "no key"
	case 1:
		return "one key"
	}
	return fmt.Sprintf("%d keys", n)
}
