package notify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/escapement-go/escapement/rotators"
)

// A behaviour is a target that does with the n-th notice, counted from 0, as it likes.
type behaviour struct {
	name string
	send func(ctx context.Context, n int) error
	ids  []string
}

func (b *behaviour) String() string { return b.name }

func (b *behaviour) Send(ctx context.Context, n Notice) error {
	b.ids = append(b.ids, n.ID)
	return b.send(ctx, len(b.ids)-1)
}

func takes(context.Context, int) error { return nil }

func hangs(ctx context.Context, _ int) error { <-ctx.Done(); return ctx.Err() }

// TestNotifier tells targets that take notices, refuse some, panic, and never answer. No call but Close waits.
func TestNotifier(t *testing.T) {
	for _, test := range []struct {
		name    string
		send    func(ctx context.Context, n int) error
		notices int
		took    time.Duration
		sent    int
		want    string
	}{
		{"takes all", takes, 3, 0, 3, ""},
		{"is not told anything", hangs, 0, 0, 0, ""},
		{"refuses one", func(_ context.Context, n int) error {
			if n == 1 {
				return errors.New("not that one")
			}
			return nil
		}, 3, 0, 3, "warning: a notice was not delivered to it: not that one\nwarning: 1 notice was not delivered to it\n"},
		{"refuses all alike", func(context.Context, int) error { return errors.New("no") }, 3, 0, 3,
			"warning: a notice was not delivered to it: no\nwarning: 3 notices were not delivered to it\n"},
		{"panics", func(context.Context, int) error { panic("canary") }, 2, 0, 2,
			"warning: a notice was not delivered to it: it panicked (string)\nwarning: 2 notices were not delivered to it\n"},
		{"hangs", hangs, 3, 30 * time.Second, 1,
			"warning: a notice was not delivered to it: there was no time left for it\nwarning: 3 notices were not delivered to it\n"},
		{"is slow", func(ctx context.Context, _ int) error { return wait(ctx, 12*time.Second) }, 4, 30 * time.Second, 3,
			"warning: a notice was not delivered to it: there was no time left for it\nwarning: 2 notices were not delivered to it\n"},
		{"gets too many", func(ctx context.Context, n int) error { return wait(ctx, time.Millisecond) }, maxQueued + 51, (maxQueued + 1) * time.Millisecond, maxQueued + 1,
			"warning: 50 notices were not delivered to it\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var said strings.Builder
				target, other := &behaviour{name: "it", send: test.send}, &behaviour{name: "another", send: takes}
				began := time.Now()
				n := New(&said, target, other)
				for i := range test.notices {
					n.Notify(Notice{ID: fmt.Sprint(i)})
					synctest.Wait() // until the targets have what they can take
				}
				if took := time.Since(began); took != 0 {
					t.Errorf("telling took %v", took)
				}
				n.Close()
				n.Close()
				n.Notify(Notice{ID: "late"})
				if took := time.Since(began); took != test.took || len(target.ids) != test.sent {
					t.Errorf("it took %v for %d notices, want %v for %d", took, len(target.ids), test.took, test.sent)
				}
				if diff := cmp.Diff(test.want, said.String()); diff != "" {
					t.Error(diff)
				}
				for i, id := range other.ids {
					if id != fmt.Sprint(i) {
						t.Fatalf("the other target gets %s as number %d", id, i)
					}
				}
				if len(other.ids) != test.notices {
					t.Errorf("the other target gets %d", len(other.ids))
				}
			})
		})
	}
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// TestExec runs commands that take a notice, fail, hang, and leave something behind that goes on.
func TestExec(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("the commands are those of a shell")
	}
	for command, want := range map[string]string{
		`grep -q '^{"version":1,"id":"a.u0026b".*}$'`: "",
		"exit 3":             "exit status 3",
		"exit 0 < /dev/null": "",
		"exec sleep 60":      "it took longer than 100ms; make it faster",
		"exec 3<&0; sleep 2 <&3 >/dev/null 2>&1 &": "", // it leaves something behind that holds on to the notice
	} {
		e := &Exec{Name: "sh", Timeout: 100 * time.Millisecond, Command: func(ctx context.Context) *exec.Cmd {
			return exec.CommandContext(ctx, "sh", "-c", command)
		}}
		if strings.HasPrefix(want, "exit") || want == "" {
			e.Timeout = 0
		}
		n := Notice{Version: Version, ID: "a&b", Kind: "rotated"}
		if strings.Contains(command, "<&3") {
			n.Text = strings.Repeat("x", 1<<20) // more than a pipe holds
		}
		got := ""
		if err := e.Send(t.Context(), n); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q: %q, want %q", command, got, want)
		}
	}
}

func TestRead(t *testing.T) {
	const good = `{"version":1,"id":"notice_1","time":"2026-01-02T03:04:05Z","environment":"e","path":"p","rotator":"r","kind":"rotated","text":"t","more":1}`
	for text, want := range map[string]string{
		good:                                     "",
		"":                                       "standard input is not a notice: unexpected end of JSON input; write the program after --notify-exec of esc rotate",
		"x":                                      "standard input is not a notice: invalid character 'x' looking for beginning of value; write the program after --notify-exec of esc rotate",
		"{}":                                     "the notice is of version 0 and not 1; esc and this program must be of one release",
		strings.Replace(good, "1", "2", 1):       "the notice is of version 2 and not 1; esc and this program must be of one release",
		strings.Replace(good, "notice_1", "", 1): `the notice has no "id" or no "kind"`,
		`{"version":1` + strings.Repeat(" ", 1<<20+1): "the notice has more than 1048576 bytes",
	} {
		got := ""
		if _, err := Read(strings.NewReader(text)); err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%.40s: %q, want %q", text, got, want)
		}
	}
}

// What is sent can be read again, and says the same.
func TestReadWhatIsSent(t *testing.T) {
	event := rotators.Event{Time: time.Unix(5, 6), Rotator: "x", Kind: "warning", Code: "slow", KeyID: "<K>", Text: "é \"\n"}
	notice, ok := newNotice("a/b", "c.d", event)
	if !ok {
		t.Fatal("there is no notice")
	}
	text, err := json.Marshal(notice)
	if err != nil {
		t.Fatal(err)
	}
	got, err := Read(strings.NewReader(string(text)))
	if diff := cmp.Diff(notice, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	if want := "warning: a/b c.d <K> slow"; got.Subject() != want {
		t.Errorf("the subject is %q, want %q", got.Subject(), want)
	}
}
