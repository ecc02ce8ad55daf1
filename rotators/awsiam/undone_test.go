package awsiam

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// What Due tells besides the actions.
func TestDueTells(t *testing.T) {
	entry := func(action string, members ...any) []any {
		return []any{with(map[string]any{"accessKeyId": keyID("O"), "action": action, "since": ago(day)}, members...)}
	}
	begun := epoch.Add(-time.Hour).Format(time.RFC3339)
	for _, test := range []struct {
		name  string
		state map[string]any
		want  string
	}{
		{"nothing", nil, " 0001-01-01 "},
		{"current", agedBy(10*day, 100*day, 10*day), keyID("C") + " 2025-12-22 "},
		{"no date", map[string]any{"current": without(credentialOf("C", 0), "createdAt")}, keyID("C") + " 0001-01-01 imported"},
		{"no date, adopted", map[string]any{
			"current": without(credentialOf("C", 0), "createdAt"), "ledger": map[string]any{"adoptedAt": begun},
		}, keyID("C") + " 0001-01-01 "},
		{"intent", agedBy(10*day, 0, 10*day, "pending", intent(time.Hour)), keyID("C") + " 2025-12-22 the rotation of " + begun + " did not end"},
		{"quarantine", agedBy(10*day, 0, 10*day, "pending", intent(time.Hour), "quarantine", waits(time.Hour)),
			keyID("C") + " 2025-12-22 the rotation of " + begun + " did not end; " + keyID("O") + ", whose secret is lost, is deactivated since " + begun},
		{"to delete", agedBy(10*day, 0, 10*day, "retiring", entry(remove)), keyID("C") + " 2025-12-22 " + keyID("O") + " is to be deleted"},
		{"to deactivate", agedBy(10*day, 0, 10*day, "retiring", entry(switchOff)), keyID("C") + " 2025-12-22 " + keyID("O") + " is to be deactivated"},
		{"waits for its age", agedBy(10*day, 0, 10*day, "retiring", entry(switchOff, "inactiveSince", ago(day))), keyID("C") + " 2025-12-22 "},
		{"could not be published", agedBy(10*day, 0, 10*day, "publishFailed", refusedBefore("AccessDeniedException")),
			keyID("C") + " 2025-12-22 " + keyID("C") + " could not be published, since " + begun + ": AccessDeniedException"},
		{"may not deactivate", agedBy(10*day, 0, 10*day, "retiring", entry(switchOff), "cannotDeactivate", true), keyID("C") + " 2025-12-22 "},
	} {
		d := dueAt(t, at90(), test.state, epoch)
		got := fmt.Sprintf("%s %s %s", d.KeyID, d.Made.Format(time.DateOnly), d.Unfinished)
		if d.Imported {
			got += "imported"
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", test.name, diff)
		}
	}
}
