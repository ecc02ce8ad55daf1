package awstest_test

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// A rotation is a plain rotation of two keys without recovery, for the simulator to be tried on. Its mistakes are those
// that a Watch must notice.
type rotation struct {
	r     *awstest.Run
	login aws.Credentials
	state map[string]any
	save  func(context.Context, any) error

	noIntent, noStore, noProof, secondCreate, noForget, offCurrent, killStranger, killEarly, keepNothing, killUnlisted bool
}

// coded is an error with a code.
type coded struct{ code, text string }

func (c coded) Error() string          { return c.text }
func (c coded) DiagnosticCode() string { return c.code }

func member(state map[string]any, path ...string) string {
	for i, name := range path {
		switch v := state[name].(type) {
		case map[string]any:
			state = v
		case string:
			if i == len(path)-1 {
				return v
			}
		}
	}
	return ""
}

// keep saves the state with some members changed; nil removes one.
func (o *rotation) keep(members map[string]any) error {
	state := map[string]any{}
	for name, v := range o.state {
		state[name] = v
	}
	for name, v := range members {
		if state[name] = v; v == nil {
			delete(state, name)
		}
	}
	o.state = state
	return o.save(context.Background(), state)
}

func (o *rotation) now() string {
	return o.r.Clock().Now().Format(time.RFC3339)
}

func (o *rotation) delete(id string) error {
	_, err := o.r.IAM(o.login).DeleteAccessKey(context.Background(), &iam.DeleteAccessKeyInput{UserName: aws.String("app"), AccessKeyId: &id})
	return err
}

func (o *rotation) create() (*iam.CreateAccessKeyOutput, error) {
	return o.r.IAM(o.login).CreateAccessKey(context.Background(), &iam.CreateAccessKeyInput{UserName: aws.String("app")})
}

// rotate is the order that loses nothing: intent, room, create, store, proof, promotion.
func (o *rotation) rotate() error {
	ctx := context.Background()
	list, err := o.r.IAM(o.login).ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: aws.String("app")})
	if err != nil {
		return err
	}
	var baseline []any
	for _, k := range list.AccessKeyMetadata {
		baseline = append(baseline, *k.AccessKeyId)
	}
	current, previous := member(o.state, "current", "accessKeyId"), member(o.state, "previous", "accessKeyId")
	victim := ""
	if len(baseline) > 1 {
		victim = previous
	}
	if o.killStranger {
		i := slices.IndexFunc(baseline, func(id any) bool { return id != current && id != previous })
		victim = baseline[i].(string)
	}
	if o.offCurrent {
		_, err := o.r.IAM(o.login).UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: aws.String("app"), AccessKeyId: &current, Status: "Inactive"})
		if err != nil {
			return err
		}
	}
	if err := o.intend(victim, baseline); err != nil {
		return err
	}
	if victim != "" {
		if err := o.delete(victim); err != nil {
			return err
		}
	}
	return o.replace(current)
}

// intend writes the intent and what is going to be deleted.
func (o *rotation) intend(victim string, baseline []any) error {
	if o.noIntent {
		return nil
	}
	ledger := map[string]any{"pending": map[string]any{"startedAt": o.now(), "baseline": baseline}}
	members := map[string]any{"ledger": ledger}
	if victim != "" && !o.killUnlisted {
		ledger["retiring"] = []any{map[string]any{"accessKeyId": victim, "action": "delete"}}
	}
	if victim != "" && !o.noForget {
		members["previous"] = nil
	}
	return o.keep(members)
}

// replace makes the new key and promotes it.
func (o *rotation) replace(current string) error {
	ctx := context.Background()
	out, err := o.create()
	if err != nil {
		return err
	}
	if o.secondCreate {
		_, _ = o.create()
	}
	id, secret := *out.AccessKey.AccessKeyId, *out.AccessKey.SecretAccessKey
	made := map[string]any{"accessKeyId": id, "secretAccessKey": schema.NewSecret(secret)}
	if o.keepNothing {
		return errors.New("lost " + id)
	}
	if !o.noStore {
		pending := map[string]any{"startedAt": o.now(), "accessKeyId": id, "secretAccessKey": made["secretAccessKey"]}
		if err := o.keep(map[string]any{"ledger": map[string]any{"pending": pending}}); errors.Is(err, rotators.ErrConflict) {
			return errors.Join(err, o.delete(id))
		} else if err != nil {
			return err
		}
	}
	if !o.noProof {
		creds := aws.Credentials{AccessKeyID: id, SecretAccessKey: secret}
		if _, err := o.r.STS(creds).GetCallerIdentity(ctx, nil); err != nil {
			return err
		}
	}
	err = o.keep(map[string]any{"current": made, "previous": o.state["current"], "ledger": map[string]any{"promotedAt": o.now()}})
	if err == nil && o.killEarly {
		retiring := []any{map[string]any{"accessKeyId": current, "action": "delete"}}
		if err := o.keep(map[string]any{"previous": nil, "ledger": map[string]any{"retiring": retiring}}); err != nil {
			return err
		}
		err = o.delete(current)
	}
	return err
}
