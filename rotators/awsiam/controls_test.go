package awsiam

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// A plain rotation is what a few lines of code would do: list, make room, make a key, write the document.
type plain struct {
	victims    func(p *plainRun) []string
	deactivate bool // the first other key is switched off before
	after      bool // the former key is deleted at once
	storeLast  bool // the document is written when all is done
	publish    bool // what is current goes to the secret in the end, each time as a version of its own
	retryer    aws.Retryer
}

type plainRun struct {
	a                 *attempt
	ctx               context.Context
	iam               *awstest.IAMClient
	current, previous string
	keys              []types.AccessKeyMetadata
}

var app = aws.String("app")

func (p plain) rotate(a *attempt, req *rotators.Request, save func(context.Context, any) error) error {
	s := readState(req.State)
	r := &plainRun{a: a, ctx: a.ctx, iam: a.run.IAM(a.credentials())}
	if s.current != nil {
		r.current = s.current.id
	}
	if s.previous != nil {
		r.previous = s.previous.id
	}
	list, err := r.iam.ListAccessKeys(r.ctx, &iam.ListAccessKeysInput{UserName: app})
	if err != nil {
		return err
	}
	r.keys = list.AccessKeyMetadata
	if err := p.makeRoom(r); err != nil {
		return err
	}
	out, err := r.iam.CreateAccessKey(r.ctx, &iam.CreateAccessKeyInput{UserName: app}, func(o *iam.Options) { o.Retryer = p.retryer })
	if err != nil {
		return err
	}
	made := out.AccessKey
	next := map[string]any{"current": map[string]any{
		"accessKeyId": *made.AccessKeyId, "secretAccessKey": schema.NewSecret(aws.ToString(made.SecretAccessKey)),
	}}
	if s.current != nil && !p.after {
		next["previous"] = s.current.output()
	}
	if p.storeLast {
		if err := p.finish(r); err != nil {
			return err
		}
		return save(r.ctx, next)
	}
	if err := save(r.ctx, next); err != nil {
		return err
	}
	if p.publish {
		if err := r.publish(*made.AccessKeyId, aws.ToString(made.SecretAccessKey)); err != nil {
			return err
		}
	}
	return p.finish(r)
}

func (r *plainRun) publish(id, secret string) error {
	c := &credential{id: id, secret: schema.NewSecret(secret)}
	_, err := r.a.run.SecretsManager(r.a.credentials()).PutSecretValue(r.ctx, &secretsmanager.PutSecretValueInput{
		SecretId: aws.String(theSecret), SecretString: aws.String((&run{}).value(c)),
	})
	return err
}

func (p plain) makeRoom(r *plainRun) error {
	if p.deactivate {
		for _, k := range r.keys {
			if k.Status == types.StatusTypeActive {
				_, err := r.iam.UpdateAccessKey(r.ctx, &iam.UpdateAccessKeyInput{UserName: app, AccessKeyId: k.AccessKeyId, Status: types.StatusTypeInactive})
				if err != nil {
					return err
				}
				break
			}
		}
	}
	if p.victims == nil {
		return nil
	}
	for _, id := range p.victims(r) {
		if err := r.delete(id); err != nil {
			return err
		}
	}
	return nil
}

func (p plain) finish(r *plainRun) error {
	if p.after && r.current != "" {
		return r.delete(r.current)
	}
	return nil
}

func (r *plainRun) delete(id string) error {
	_, err := r.iam.DeleteAccessKey(r.ctx, &iam.DeleteAccessKeyInput{UserName: app, AccessKeyId: &id})
	return err
}

func (r *plainRun) ids() []string {
	var ids []string
	for _, k := range r.keys {
		ids = append(ids, *k.AccessKeyId)
	}
	return ids
}

func (r *plainRun) others() []string {
	return slices.DeleteFunc(r.ids(), func(id string) bool { return id == r.current })
}

func oldest(r *plainRun) []string {
	if len(r.keys) < 2 {
		return nil
	}
	first := slices.MinFunc(r.keys, func(a, b types.AccessKeyMetadata) int { return a.CreateDate.Compare(*b.CreateDate) })
	return []string{*first.AccessKeyId}
}

func anyOther(r *plainRun) []string {
	if others := r.others(); len(r.keys) > 1 && len(others) > 0 {
		return others[:1]
	}
	return nil
}

// Rotations that do not protect keys must violate something, or the harness sees nothing.
func TestNegativeControls(t *testing.T) {
	t.Parallel()
	standard := retry.NewStandard()
	controls := []struct {
		name, rule string
		where      func() []scenario
		variant
	}{
		{"the default retryer on Create", "I7", once, variant{control: plain{victims: anyOther, retryer: standard}.rotate}},
		{"delete the oldest", "I2", crashes, variant{control: plain{victims: oldest}.rotate}},
		{"delete any non-current", "I3", crashes, variant{control: plain{victims: anyOther}.rotate}},
		{"delete all others", "I3", crashes, variant{control: plain{victims: (*plainRun).others}.rotate}},
		{"deactivate first", "I2", crashes, variant{control: plain{victims: anyOther, deactivate: true}.rotate}},
		{"create, store, delete the old one at once", "I8", crashes, variant{control: plain{victims: anyOther, after: true}.rotate}},
		{"store only at the end", "I5", crashes, variant{control: plain{victims: anyOther, after: true, storeLast: true}.rotate}},
		{"promote before proof", "I6", crashes, variant{control: plain{}.rotate}},
		{"publish when all is done", "I12", publishCrashes, variant{control: plain{victims: anyOther, publish: true}.rotate}},
		{"last writer wins", "I1", freezes, variant{lastWriter: true}},
	}
	failed := 0
	for _, c := range controls {
		c.unproven = c.rule != "I6"
		if how := notice(c.variant, c.rule, c.where()); how != "" {
			failed++
			t.Logf("%s: %s", c.name, how)
		} else {
			t.Errorf("the control %q does not violate %s", c.name, c.rule)
		}
	}
	if creates := executions(standard); creates != 3 {
		t.Errorf("the default retryer makes %d keys of one call", creates)
	}
	if rules := passwordFirst(t); slices.Contains(rules, "P1") {
		failed++
		t.Logf("set a password before storing it: %v", rules)
	} else {
		t.Errorf("a password that is set before it is stored violates %v, not P1", rules)
	}
	fmt.Printf("E2  negative controls that fail %d of %d\n", failed, len(controls)+1)
}

// passwordFirst sets a console password before the document has it, and returns the rules that this violates.
func passwordFirst(t *testing.T) (rules []string) {
	t.Helper()
	sim := awstest.New(t, awstest.Options{Users: []awstest.User{
		{Name: "admin", Keys: []awstest.Key{{}}}, {Name: "app", Password: "Old-password-1"},
	}})
	doc := awstest.NewDocument(map[string]any{"current": map[string]any{"password": schema.NewSecret("Old-password-1")}})
	sim.Watch(doc).Report = func(v awstest.Violation) { rules = append(rules, v.Rule) }
	run := sim.NewRun()
	_, err := awstest.RunToCrash(run, func() error {
		_, save := doc.Begin()
		_, err := run.IAM(sim.Credentials("admin")).UpdateLoginProfile(t.Context(), &iam.UpdateLoginProfileInput{
			UserName: app, Password: aws.String("New-password-2"),
		})
		if err != nil {
			return err
		}
		return run.Save(save)(t.Context(), map[string]any{"current": map[string]any{"password": schema.NewSecret("New-password-2")}})
	})
	if err != nil {
		t.Error(err)
	}
	return rules
}

// executions counts the keys that one call makes when its answers are lost.
func executions(retryer aws.Retryer) int {
	w := newWorld(starts[0], variant{quota: 9})
	w.sim.Script(awstest.Rule{Action: "CreateAccessKey", Outcome: awstest.Dropped().Executed()})
	a := w.attempt()
	_, _ = a.run.IAM(a.credentials()).CreateAccessKey(a.ctx, &iam.CreateAccessKeyInput{UserName: app}, func(o *iam.Options) { o.Retryer = retryer })
	return len(w.sim.Keys("app"))
}
