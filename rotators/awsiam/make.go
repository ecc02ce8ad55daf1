package awsiam

import (
	"context"
	"crypto/rand"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	smithymiddleware "github.com/aws/smithy-go/middleware"

	"github.com/escapement-go/escapement/providers/awsclient"
	"github.com/escapement-go/escapement/schema"
)

// planned stands for the key that a plan cannot know.
var planned = &credential{id: "(new)"}

// make is step MAKE: it saves the intent, deletes the victims, makes the key, and saves its secret, in this order. What
// comes after the intent is not stopped half-way by the caller.
func (r *run) make(victims []string) error {
	if err := r.Canceled("the intent"); err != nil {
		return err
	}
	before := r.state
	if err := r.intend(victims); err != nil {
		return err
	}
	if err := r.makeRoom(victims, before); err != nil {
		return err
	}
	if err := r.inTime(); err != nil {
		return err
	}
	made, err := r.create()
	if err != nil {
		return err
	}
	return r.keep(made)
}

// intend is SAVE A: the victims leave the document, and the intent to make a key is noted.
func (r *run) intend(victims []string) error {
	next, forgot := r.state.clone(), ""
	for _, id := range victims {
		e := entry{id: id, action: remove, since: r.Now(), created: r.agenda().made(id)}
		if p := next.previous; p != nil && p.id == id && r.keeps(ruleForget) {
			e, forgot, next.previous = r.retiring(p, remove), id, nil
		}
		next.retire(e)
	}
	if r.keeps(ruleIntent) {
		next.ledger.pending = &pending{id: r.attempt(), started: r.Now(), baseline: r.ids()}
	}
	if r.userID != "" {
		next.ledger.userID = r.userID
	}
	if err := r.save(next, "a key is about to be made"); err != nil {
		return err
	}
	if forgot != "" {
		r.Report("forgot", forgot, "the previous key is no longer handed out; its place is needed")
	}
	return nil
}

// attempt names this run in the document.
func (r *run) attempt() string {
	if r.Plan != nil {
		return planned.id
	}
	return rand.Text()
}

// makeRoom deletes the victims. If AWS refuses, the document goes back to what it was.
func (r *run) makeRoom(victims []string, before *state) error {
	for _, id := range victims {
		f := r.delete(id, "its place is needed")
		switch {
		case f == nil:
			r.Report("deleted", id, "deleted a key whose place is needed")
		case f.Definite:
			refused := r.refuse("delete-refused", []string{id}, "AWS refuses to delete a key whose place is needed").Because(f).
				Advise("%s", r.Remedy(f))
			return r.withdraw(before, refused)
		default:
			return r.refuse("aws-failed", []string{id}, "it is unknown whether a key was deleted").Because(f).Advise("rotate again")
		}
	}
	return nil
}

// withdraw saves a state without the intent and returns why.
func (r *run) withdraw(from *state, why error) error {
	next := from.clone()
	next.ledger.pending, next.ledger.quarantine = nil, nil
	if failed := r.trySave(next, "no key was made"); failed != nil {
		return r.NotSavedAfter(why, failed, "no key was made")
	}
	return why
}

// inTime refuses to make a key by a list that is too old.
func (r *run) inTime() error {
	if err := r.Canceled("the making of a key"); err != nil {
		return r.withdraw(r.state, err)
	}
	if took := awsclient.Elapsed(r.Clock, r.asked); took > r.c.ChangeBy {
		slow := r.refuse("too-slow", nil, "%v have passed since the keys were listed; at most %v may", took.Round(time.Second), r.c.ChangeBy)
		return r.withdraw(r.state, slow.Advise("rotate again; if that does not help, find out what takes so long: AWS, or saving the document"))
	}
	return nil
}

// create sends the one CreateAccessKey of a run. It is never repeated.
func (r *run) create() (*credential, error) {
	if r.Plan != nil {
		r.noteCall("iam:CreateAccessKey", "", "a new key")
		return planned, nil
	}
	out, f := r.createOnce()
	if f != nil && !f.Definite && !r.keeps(ruleOnce) {
		out, f = r.createOnce()
	}
	switch {
	case f != nil && f.Definite:
		return nil, r.withdraw(r.state, r.notCreated(f))
	case f != nil:
		return nil, r.createUnknown(f)
	case out.AccessKey == nil || aws.ToString(out.AccessKey.AccessKeyId) == "":
		return nil, r.createUnknown(nil)
	}
	k := out.AccessKey
	made := &credential{id: *k.AccessKeyId, secret: schema.NewSecret(aws.ToString(k.SecretAccessKey)), created: aws.ToTime(k.CreateDate).UTC()}
	if aws.ToString(k.SecretAccessKey) == "" || !strings.EqualFold(aws.ToString(k.UserName), r.User.Name) {
		return nil, r.half(made, aws.ToString(k.UserName))
	}
	return made, nil
}

func (r *run) createOnce() (out *iam.CreateAccessKeyOutput, f *awsclient.Failure) {
	f = r.Write("iam:CreateAccessKey", r.c.createTimeout, func(ctx context.Context) (smithymiddleware.Metadata, error) {
		answer, err := r.iam.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: &r.User.Name}, r.WriteIAM)
		if err != nil {
			return smithymiddleware.Metadata{}, err
		}
		out = answer
		return answer.ResultMetadata, nil
	})
	r.Effects++
	return out, f
}

func (r *run) notCreated(f *awsclient.Failure) *Error {
	e := r.refuse("create-refused", nil, "AWS makes no key").Because(f)
	switch f.Code {
	case "LimitExceeded":
		return e.Advise("somebody else has made a key in the meantime; rotate again")
	case "NoSuchEntity":
		return e.Advise("the user is gone")
	}
	return e.Advise("%s", r.Remedy(f))
}

func (r *run) createUnknown(f *awsclient.Failure) error {
	e := r.refuse("create-unknown", nil, "it is unknown whether a key was made")
	if f != nil {
		e = e.Because(f)
	} else {
		e.Op = "iam:CreateAccessKey"
	}
	if p := r.state.ledger.pending; p != nil {
		e = e.Until(p.started.Add(r.c.LeaseTTL))
	}
	return e.Advise("there is nothing to do; the next rotation finds out")
}

// half ends the run for a key without its secret, or of another user.
func (r *run) half(made *credential, owner string) error {
	e := r.refuse("create-incomplete", nil, "the answer to iam:CreateAccessKey was incomplete")
	e.Keys = []Key{made.asPending()}
	e = e.Advise("rotate again")
	if r.keeps(ruleHalf) && r.compensate(made.id, owner) {
		return r.withdraw(r.state, e)
	}
	next := r.state.clone()
	if next.ledger.pending != nil && r.keeps(ruleHalf) {
		p := *next.ledger.pending
		p.key, p.half = &credential{id: made.id, created: made.created}, true
		next.ledger.pending = &p
		const why = "a key without secret is to be deleted"
		if failed := r.trySave(next, why); failed != nil {
			unsaved := r.NotSaved(failed, why)
			unsaved.Keys = e.Keys
			return unsaved
		}
	}
	return e
}

// compensate deletes a key that no document has ever had the secret of, and tells whether that is certain. A key so new
// may be unknown to the server that is asked; so that it is not found does not count.
func (r *run) compensate(id, owner string) bool {
	owners := []string{owner}
	if owner == "" || !strings.EqualFold(owner, r.User.Name) {
		owners = append(slices.DeleteFunc(owners, func(o string) bool { return o == "" }), r.User.Name)
	}
	for try := 1; try <= r.c.CallTries; try++ {
		for _, name := range owners {
			f := r.Write("iam:DeleteAccessKey", r.c.CallTimeout, func(ctx context.Context) (smithymiddleware.Metadata, error) {
				return r.deleteOnce(ctx, name, id)
			})
			if f == nil {
				return true
			}
		}
		if try < r.c.CallTries {
			_ = r.Clock.Sleep(context.WithoutCancel(r.Ctx), time.Duration(try)*time.Second)
		}
	}
	return false
}

// keep is SAVE B: nothing happens before the secret is durable.
func (r *run) keep(made *credential) error {
	next := r.state.clone()
	p := &pending{started: r.Now()}
	if next.ledger.pending != nil {
		*p = *next.ledger.pending
	}
	p.key = made
	next.ledger.pending = p
	if !r.keeps(ruleSecretFirst) {
		r.state = next
		return nil
	}
	failed := r.trySave(next, "the secret of the new key")
	if failed == nil {
		return nil
	}
	e := r.NotSaved(failed, "the secret of the new key")
	e.Keys = []Key{made.asPending()}
	switch {
	case failed.Uncertain && r.keeps(ruleUncertain), !failed.Uncertain && !r.keeps(ruleFence):
		// Another run may have published the key by what was written; it must stay.
	case r.compensate(made.id, r.User.Name):
		e.Keys = nil
	default:
		e = e.Advise("delete the key %s, which no document knows, and rotate again", made.id)
	}
	return e
}
