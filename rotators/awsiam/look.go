package awsiam

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	smithymiddleware "github.com/aws/smithy-go/middleware"
)

// look is step LOOK: who are we, is this the user, and which keys has it? It only reads.
func (r *run) look() error {
	r.iam, r.sts = r.dial.IAM(r.in.login, r.in.region), r.dial.STS(r.in.login, r.in.region)
	proven := false
	if r.in.verify {
		if err := r.lookAtAccount(); err != nil {
			return err
		}
		proven = true
	} else {
		r.warn("unverified", "", "keys are not tried")
	}
	if known, err := r.lookAtUser(); err != nil {
		return err
	} else if !known && !proven {
		return r.refuse("account-unproven", nil, "nothing shows that the login belongs to the account of %s", r.in.user.arn).
			hint(`allow iam:GetUser to %s, or leave out "verify"`, r.in.login.AccessKeyID)
	}
	return r.list()
}

// lookAtAccount asks whose the login is.
func (r *run) lookAtAccount() error {
	me, f := r.identify(r.sts, r.patientSTS)
	if f != nil {
		return r.ended(f)
	}
	if me.account != r.in.user.account {
		return r.refuse("wrong-account", nil, "the login %s is %s, and the keys to rotate are those of %s",
			r.in.login.AccessKeyID, me.arn, r.in.user.arn).hint("use a login of account %s", r.in.user.account)
	}
	return nil
}

// lookAtUser asks whether the user is the one that the keys belong to. It need not be allowed to.
func (r *run) lookAtUser() (known bool, err error) {
	out, err := r.iam.GetUser(r.ctx, &iam.GetUserInput{UserName: &r.in.user.name}, r.patientIAM)
	if err != nil {
		f := r.failed("iam:GetUser", err)
		switch {
		case f.absent():
			return false, r.missing(f)
		case f.forbidden():
			r.warn("user-unchecked", "", "iam:GetUser is not allowed, so that a user made again under the same name is not noticed")
			return false, nil
		}
		return false, r.ended(f)
	}
	r.answered(out.ResultMetadata)
	u := out.User
	switch {
	case u == nil || aws.ToString(u.UserId) == "":
		return false, r.refuse("aws-failed", nil, "the answer to iam:GetUser names no user")
	case aws.ToString(u.Arn) != r.in.user.arn:
		return false, r.refuse("wrong-user", nil, `%q is %s, and the user of that name is %s`, "userArn", r.in.user.arn, aws.ToString(u.Arn)).
			hint("write the ARN as AWS does")
	case r.state.ledger.userID != "" && r.state.ledger.userID != *u.UserId:
		return false, r.refuse("user-recreated", r.named(), "the user %s was deleted and made again; the saved keys are of the former one",
			r.in.user.name).hint(`remove "state" from the document to start anew`)
	}
	r.userID = *u.UserId
	return true, nil
}

func (r *run) missing(f *failure) error {
	return r.refuse("user-missing", nil, "there is no user %s", r.in.user.arn).because(f).hint(`check "userArn"`)
}

// mostPages bounds a list that never ends.
const mostPages = 100

// list reads K, all pages of it.
func (r *run) list() error {
	r.keys = map[string]listed{}
	seen := map[string]bool{}
	in := &iam.ListAccessKeysInput{UserName: &r.in.user.name}
	for range mostPages {
		out, err := r.iam.ListAccessKeys(r.ctx, in, r.patientIAM)
		if err != nil {
			f := r.failed("iam:ListAccessKeys", err)
			if f.absent() {
				return r.missing(f)
			}
			return r.ended(f)
		}
		r.answered(out.ResultMetadata)
		if err := r.take(out.AccessKeyMetadata); err != nil {
			return err
		}
		if !out.IsTruncated {
			r.asked = r.clock.Now()
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
		case !strings.EqualFold(aws.ToString(m.UserName), r.in.user.name):
			return r.refuse("wrong-user", nil, "the list of access keys of %q has one of %q", r.in.user.name, aws.ToString(m.UserName))
		}
		r.keys[id] = listed{status: string(m.Status), created: aws.ToTime(m.CreateDate).UTC()}
	}
	return nil
}

// answered takes in what an answer says besides.
func (r *run) answered(m smithymiddleware.Metadata) {
	if date, found := middleware.GetServerTime(m); found {
		r.tick(date)
	}
}
