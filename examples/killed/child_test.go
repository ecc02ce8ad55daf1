//go:build unix

package killed

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/awsiam"
	"github.com/escapement-go/escapement/rotators/awspassword"
	"github.com/escapement-go/escapement/rotators/password"
)

// What a child is told in its environment.
const (
	childDir      = "KILLED_DIR"
	childKey      = "KILLED_KEY"
	childEndpoint = "KILLED_ENDPOINT"
	childTime     = "KILLED_TIME"  // what the account's clock shows
	childSave     = "KILLED_SAVE"  // before or after which save it kills itself, such as "before 2"; empty: none
	childPause    = "KILLED_PAUSE" // at which of its pauses it waits to be told to go on; empty or 0: at none
	childAll      = "KILLED_ALL"   // not empty: it does what is due in all environments
)

// TestChild is the process that rotates. It runs by a clock of its own, which begins with that of the account and which
// waiting moves on, so that it never waits for real.
func TestChild(t *testing.T) {
	if os.Getenv(childDir) == "" {
		t.Skip("run by TestKilled")
	}
	keys, err := eval.ReadKeyFile(os.Getenv(childKey))
	if err != nil {
		t.Fatal(err)
	}
	now, err := time.Parse(time.RFC3339Nano, os.Getenv(childTime))
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(*testing.T) {
		time.Sleep(time.Until(now))
		e := evaluator(os.Getenv(childDir), os.Getenv(childEndpoint), keys)
		e.Loader = &mortal{Saver: eval.Dir(os.Getenv(childDir)), when: os.Getenv(childSave)}
		spoilt := spoil(e, keys)
		if os.Getenv(childAll) != "" {
			rotateAll(e)
		} else {
			rotation, err := e.Rotate(context.Background(), environment, eval.RotateOptions{})
			say(rotation, err, spoilt)
		}
		os.Exit(0) // the connections are not waited for
	})
}

// say tells the parent what came of a rotation.
func say(rotation *eval.Rotation, err error, spoilt bool) {
	for _, d := range rotation.Environment.Diagnostics {
		if spoilt {
			fmt.Println("message", d.Code, d.Message, d.Hint)
		}
	}
	for _, r := range rotation.Results {
		fmt.Println("end", r.Path, ended(r, rotation.Environment.Diagnostics))
	}
	if err != nil {
		fmt.Println("failed")
	}
}

// ended is the event that has ended a run, or the code of its error.
func ended(r eval.RotationResult, all eval.Diagnostics) string {
	if r.Status == eval.Succeeded {
		for _, event := range slices.Backward(r.Events) {
			if slices.Contains([]string{"nothing-due", "no-op", "rolled-forward", "rotated"}, event.Kind) {
				return event.Kind
			}
		}
	}
	for _, d := range append(r.Diagnostics, all...) {
		if !d.Warning {
			return strings.TrimPrefix(d.Code, "rotate-failed/")
		}
	}
	return string(r.Status)
}

// evaluator returns one that knows the simulated account.
func evaluator(dir, endpoint string, keys eval.KeyRing) *eval.Evaluator {
	transport := pausing{&http.Transport{DisableKeepAlives: true}}
	return &eval.Evaluator{
		Loader:  eval.Dir(dir),
		Crypter: keys,
		Rotators: map[string]rotators.Rotator{
			"aws-iam": &awsiam.Rotator{
				IAMEndpoint: endpoint + "/iam/", STSEndpoint: endpoint + "/sts/", SecretsManagerEndpoint: endpoint + "/secretsmanager/",
				Transport: transport,
			},
			"aws-iam-password": &awspassword.Rotator{IAMEndpoint: endpoint + "/iam/", STSEndpoint: endpoint + "/sts/", Transport: transport},
			"password":         &password.Rotator{},
		},
	}
}

// A mortal saver kills its process.
type mortal struct {
	eval.Saver
	when  string
	saves atomic.Int32
}

func (m *mortal) Save(ctx context.Context, name string, old, new []byte) error {
	n := int(m.saves.Add(1))
	m.die("before", n)
	pause()
	err := m.Saver.Save(ctx, name, old, new)
	m.die("after", n)
	pause()
	return err
}

func (m *mortal) die(side string, n int) {
	if m.when == fmt.Sprintf("%s %d", side, n) {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
}
