package awsiam

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// look is step LOOK: who are we, is this the user, and which keys has it? It only reads.
func (r *run) look() error {
	r.iam, r.sts = r.dial.IAM(r.Login, r.Region), r.dial.STS(r.Login, r.Region)
	proven := false
	if r.in.verify {
		if err := r.LookAtAccount(r.sts); err != nil {
			return err
		}
		proven = true
	} else {
		r.Warn("unverified", "", "keys are not tried")
	}
	if known, err := r.lookAtUser(); err != nil {
		return err
	} else if !known && !proven {
		return r.refuse("account-unproven", nil, "nothing shows that the login belongs to the account of %s", r.User.Text).
			Advise(`allow iam:GetUser to %s, or leave out "verify"`, r.Login.AccessKeyID)
	}
	return r.list()
}

// lookAtUser asks whether the user is the one that the keys belong to. It need not be allowed to.
func (r *run) lookAtUser() (known bool, err error) {
	u, err := r.LookAtUser(r.iam)
	if u == nil || err != nil {
		return false, err
	}
	if saved := r.state.ledger.userID; saved != "" && saved != *u.UserId {
		return false, r.refuse("user-recreated", r.named(), "the saved keys are of another user than %s: it was deleted and made again, or %q was changed",
			r.User.Text, "userArn").Advise(`correct "userArn"; or, if nobody needs the saved keys any more, remove "state" from the document to start anew`)
	}
	r.userID = *u.UserId
	return true, nil
}

// mostPages bounds a list that never ends.
const mostPages = 100

// list reads K, all pages of it.
func (r *run) list() error {
	r.keys = map[string]listed{}
	seen := map[string]bool{}
	in := &iam.ListAccessKeysInput{UserName: &r.User.Name}
	for range mostPages {
		out, err := r.iam.ListAccessKeys(r.Ctx, in, r.PatientIAM)
		if err != nil {
			f := r.Failed("iam:ListAccessKeys", err)
			if f.Absent() {
				return r.Missing(f)
			}
			return r.Ended(f)
		}
		r.Answered(out.ResultMetadata)
		if err := r.take(out.AccessKeyMetadata); err != nil {
			return err
		}
		if !out.IsTruncated {
			r.asked = r.Clock.Now()
			return nil
		}
		marker := aws.ToString(out.Marker)
		if marker == "" || seen[marker] {
			break
		}
		seen[marker], in.Marker = true, &marker
	}
	return r.refuse("aws-failed", nil, "the list of access keys does not end")
}

// take takes in a page.
func (r *run) take(page []types.AccessKeyMetadata) error {
	for _, m := range page {
		id := aws.ToString(m.AccessKeyId)
		switch {
		case id == "":
			return r.refuse("aws-failed", nil, "the list of access keys has one without an id")
		case !strings.EqualFold(aws.ToString(m.UserName), r.User.Name):
			return r.refuse("wrong-user", nil, "the list of access keys of %q has one of %q", r.User.Name, aws.ToString(m.UserName))
		}
		r.keys[id] = listed{status: string(m.Status), created: aws.ToTime(m.CreateDate).UTC()}
	}
	return nil
}
