package awsiam

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"github.com/escapement-go/escapement/providers/awstest"
)

// publishActs are what a human does about publishing.
var publishActs = []act{
	{"takes publishing away, or back", func(w *world) bool {
		if w.inputs["publish"] == nil {
			w.inputs["publish"] = map[string]any{"secretId": theSecret}
		} else {
			delete(w.inputs, "publish")
		}
		return true
	}},
	{"names the secret by its ARN", func(w *world) bool {
		w.inputs["publish"] = map[string]any{"secretId": w.sim.SecretARN(theSecret)}
		return true
	}},
}

var refusalsToPublish = []string{
	"ResourceNotFoundException", "InvalidRequestException", "ResourceExistsException", "InvalidParameterException",
	"EncryptionFailure", "DecryptionFailure", "LimitExceededException",
}

// publishFaults are the ways in which publishing goes wrong.
func publishFaults() []fault {
	var all []fault
	for _, o := range commonWrites() {
		f := callFault(afterPut, o.name, action("PutSecretValue"), o.outcome)
		f.unknown = doubtful(o.name)
		all = append(all, f)
	}
	for _, code := range refusalsToPublish {
		all = append(all, callFault(afterPut, code, action("PutSecretValue"), awstest.Fail(code, 400)))
	}
	all = append(all,
		callFault(afterPut, "other version", action("PutSecretValue"), awstest.Altered(func(o *secretsmanager.PutSecretValueOutput) {
			o.VersionId = aws.String(strings.Repeat("0", 64))
		})),
		callFault(afterPut, "not current", action("PutSecretValue"), awstest.Altered(func(o *secretsmanager.PutSecretValueOutput) {
			o.VersionStages = []string{"AWSPREVIOUS"}
		})),
		cancelled(afterPut, action("PutSecretValue"), true), cancelled(afterPut, action("PutSecretValue"), false))
	for _, point := range []string{saveD, saveFailure} {
		all = append(all, saveFault(point, "conflict", awstest.SaveConflict), saveFault(point, "uncertain, written", awstest.SaveUncertainWritten),
			saveFault(point, "uncertain, not written", awstest.SaveUncertainLost), saveFault(point, "other error", awstest.SaveFailed))
	}
	return all
}

// refusedPuts: a run whose key is not taken dies after it has noted that, or its save goes wrong.
func refusedPuts() []scenario {
	var all []scenario
	refuse := func(a *attempt) {
		a.sim.Script(awstest.Rule{Action: "PutSecretValue", Outcome: awstest.Fail("ResourceNotFoundException", 0)})
	}
	for _, s := range publishStarts {
		for _, point := range publishPoints {
			all = append(all, scenario{"not taken, crash after " + point, s, func(w *world) bool {
				a := w.attempt().crashAt(point)
				refuse(a)
				return a.perform().crashed
			}})
		}
		for _, f := range publishFaults()[len(publishFaults())-4:] {
			all = append(all, scenario{"not taken, " + f.name, s, func(w *world) bool {
				a := w.attempt()
				refuse(a)
				f.strike(a, 0)
				return w.struck(a.perform())
			}})
		}
	}
	return all
}

// The tables again, of rotations whose key is published.
func TestPublishTables(t *testing.T) {
	for _, table := range []struct {
		name      string
		cells     int
		scenarios func() []scenario
	}{
		{"A1p", 16 * 24, publishCrashes},
		{"A2p", 3 * 24 * 24, func() []scenario { return doubleCrashesOf(corePublishStarts(), publishPoints) }},
		{"A3p", 16 * 28, refusedPuts},
		{"B1p", 3 * 207, func() []scenario { return outcomesOf(0, corePublishStarts(), slices.Concat(faults(), publishFaults())) }},
		{"B1p'", 3 * 207, func() []scenario { return outcomesOf(1, corePublishStarts(), slices.Concat(faults(), publishFaults())) }},
		{"B2p", 2 * 35 * 24, func() []scenario { return faultThenCrash(publishStarts[2:4], publishFaults(), publishPoints) }},
		{"C2p", 16 * 24 * 4, publishFreezes},
		{"C2p'", 7 * 24 * 4, func() []scenario { return freezesBeforeOf(publishStarts[:7], publishPoints) }},
		{"C3p", 3 * 24 * 8, publishHumans},
	} {
		t.Run(table.name, func(t *testing.T) {
			t.Parallel()
			figures := &tally{table: table.name}
			figures.play(variant{}, table.scenarios())
			figures.report(t)
			figures.expect(t, table.cells)
			for _, point := range []string{afterPut, saveD} {
				if table.name == "A1p" && !figures.names["crash after "+point] && !testing.Short() {
					t.Errorf("no run has come to %q", point)
				}
			}
			if table.name == "A3p" && !figures.names["not taken, crash after "+saveFailure] && !testing.Short() {
				t.Error("no run has noted that a key was not taken")
			}
		})
	}
}

func publishCrashes() []scenario { return crashesOf(publishStarts, publishPoints) }
func publishFreezes() []scenario { return freezesOf(publishStarts, publishPoints) }
func publishRefused() []scenario { return outcomesOf(0, publishStarts, publishFaults()) }
func publishHumans() []scenario {
	return humansOf(corePublishStarts(), publishPoints, slices.Concat(acts, publishActs))
}

// Two processes rotate and publish.
func TestPublishRivals(t *testing.T) {
	t.Parallel()
	rivals(t, "C1p", publishStarts[:10], 1000, 300)
}

// A caller gives up.
func TestPublishCancelled(t *testing.T) {
	t.Parallel()
	cancellations(t, "CXp", publishStarts, publishPoints)
}
