package awsget

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/providers/awspartition"
	"github.com/escapement-go/escapement/schema"
)

// Each calls everything once, a few at a time.
func TestEach(t *testing.T) {
	for _, n := range []int{0, 1, 7, 8, 9, 100} {
		var running, most, sum atomic.Int64
		Each(n, func(i int) bool {
			now := running.Add(1)
			for before := most.Load(); now > before && !most.CompareAndSwap(before, now); before = most.Load() {
			}
			sum.Add(int64(i))
			running.Add(-1)
			return true
		})
		if sum.Load() != int64(n*(n-1)/2) || most.Load() > atOnce {
			t.Errorf("%d: the sum is %d, %d at once", n, sum.Load(), most.Load())
		}
	}
}

// When one says that there is no point in going on, only those end that have begun.
func TestEachStops(t *testing.T) {
	var calls atomic.Int64
	Each(1000, func(int) bool { return calls.Add(1) < 3 })
	if calls.Load() > 3+atOnce {
		t.Errorf("%d calls", calls.Load())
	}
}

// A panic comes back to the caller, whose to recover it is.
func TestEachPanics(t *testing.T) {
	defer func() {
		if r := recover(); r != "broken" {
			t.Errorf("recovered %v", r)
		}
	}()
	Each(20, func(i int) bool {
		if i == 3 {
			panic("broken")
		}
		return true
	})
	t.Error("there was no panic")
}

// Problems that are the same but for their inputs are one, in the order of the inputs, and hide what is secret.
func TestProblems(t *testing.T) {
	var problems Problems
	req := &providers.Request{Inputs: map[string]any{
		"b": schema.NewSecret("hidden"), "c": []any{schema.SecretData(map[string]any{"d": "hidden-text"})}, "e": "shown", "f": schema.NewSecret("is"),
	}}
	if problems.Err(req) != nil {
		t.Error("no problem is an error")
	}
	same := Problem{Code: "a", Text: "is hidden-text", Hint: "show hidden and shown"}
	problems.Add("y", &Problem{Code: "b", Text: "is wrong", Op: "x:Y"})
	for i, input := range []string{"z", "x"} {
		same.RequestID = fmt.Sprint(i)
		problems.Add(input, &same)
	}
	err := problems.Err(req)
	const want = "there are 2 problems: (1) x, z is [secret]; show [secret] and shown, (2) y is wrong (x:Y)"
	var coded providers.Coder
	if diff := cmp.Diff(want, err.Error()); diff != "" || !errors.As(err, &coded) || coded.DiagnosticCode() != "several-failures" {
		t.Error(diff, coded)
	}
}

// ARNs must be of the service, the partition and the region; whatever is none is a name.
func TestCheckID(t *testing.T) {
	partition, _ := awspartition.Of("eu-west-1")
	target := Target{Region: "eu-west-1", Partition: partition}
	for id, want := range map[string]string{
		"name": "", "/a/b": "", "arn": "", strings.Repeat("x", 2048): "",
		"arn:aws:ssm:eu-west-1:123456789012:parameter/a": "",
		"":                         "empty",
		" ":                        "empty",
		strings.Repeat("x", 2049):  "longer",
		"arn:x":                    "not an ARN",
		"arn:aws:s3:::bucket":      "not an ARN",
		"arn:aws:ssm:eu-west-2::x": "in the region",
		"arn:aws-cn:ssm:cn-north-1:123456789012:parameter/a": "in the partition",
	} {
		p := target.CheckID(id, "ssm")
		if want == "" && p != nil || want != "" && (p == nil || !strings.Contains(p.Text, want)) {
			t.Errorf("%.60q: %v, want %q", id, p, want)
		}
	}
}
