// Package awsgettest is what the tests share of the providers that share package awsget.
package awsgettest

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awstest"
	"github.com/escapement-go/escapement/schema"
)

// Region is where the values are that are read.
const Region = "us-west-2"

// An Object is one among inputs and outputs.
type Object = map[string]any

// An Account is a simulated one, with the provider that reads it for the user app.
type Account struct {
	*awstest.Simulator
	Provider providers.Provider
	ID       string // the member of an entry of get that says what to read
	ARN      string // what the texts of failures call ARN; empty: nothing
}

// Request asks for entries, given as alternating names and what they ask for: an id or an object.
func (a Account) Request(entries ...any) *providers.Request {
	get := Object{}
	for i := 0; i < len(entries); i += 2 {
		if id, isID := entries[i+1].(string); isID {
			entries[i+1] = Object{a.ID: id}
		}
		get[entries[i].(string)] = entries[i+1]
	}
	key := a.Credentials("app")
	return &providers.Request{Environment: "test", Inputs: Object{
		"region": Region, "get": get,
		"login": Object{"accessKeyId": key.AccessKeyID, "secretAccessKey": schema.NewSecret(key.SecretAccessKey)},
	}}
}

// Actions are the calls so far, without what repeats on each line.
func (a Account) Actions() []string {
	var all []string
	for _, c := range a.Calls() {
		all = append(all, fmt.Sprintf("%s %s: %s", c.Action, c.Resource, c.Outcome))
	}
	return all
}

// Hasty is a retryer that tries so many times, without waiting.
func Hasty(tries int) aws.Retryer {
	return retry.NewStandard(func(o *retry.StandardOptions) {
		o.MaxAttempts = tries
		o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
	})
}
