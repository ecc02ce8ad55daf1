//go:build unix

package killed

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/rotators/awsiam"
)

// What a child is told in its environment.
const (
	childDir      = "KILLED_DIR"
	childKey      = "KILLED_KEY"
	childEndpoint = "KILLED_ENDPOINT"
	childTime     = "KILLED_TIME" // what the account's clock shows
	childSave     = "KILLED_SAVE" // before or after which save it kills itself, such as "before 2"; empty: none
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
		rotation, err := e.Rotate(context.Background(), environment, eval.RotateOptions{})
		for _, d := range rotation.Environment.Diagnostics {
			fmt.Println("diagnostic", d.Code)
			if spoilt {
				fmt.Println("message", d.Message, d.Hint)
			}
		}
		for _, r := range rotation.Results {
			for _, event := range r.Events {
				fmt.Println("event", event.Kind)
			}
		}
		if err != nil {
			fmt.Println("failed")
		}
		os.Exit(0) // the connections are not waited for
	})
}

// evaluator returns one that knows the simulated account.
func evaluator(dir, endpoint string, keys eval.KeyRing) *eval.Evaluator {
	return &eval.Evaluator{
		Loader:  eval.Dir(dir),
		Crypter: keys,
		Rotators: map[string]rotators.Rotator{"aws-iam": &awsiam.Rotator{
			IAMEndpoint: endpoint + "/iam/", STSEndpoint: endpoint + "/sts/",
			Transport: &http.Transport{DisableKeepAlives: true},
		}},
	}
}

// A mortal saver kills its process.
type mortal struct {
	eval.Saver
	when  string
	saves int
}

func (m *mortal) Save(ctx context.Context, name string, old, new []byte) error {
	m.saves++
	m.die("before")
	err := m.Saver.Save(ctx, name, old, new)
	m.die("after")
	return err
}

func (m *mortal) die(side string) {
	if m.when == fmt.Sprintf("%s %d", side, m.saves) {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
}
