package rotatortest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// A document holds the state of a rotator as an environment does.
type document struct {
	durable   map[string]any
	confirmed map[string]any   // what the run was given, or last saved for certain
	doubtful  []map[string]any // what it may have saved since
}

// An outcome is what becomes of a save.
type outcome int

const (
	well             outcome = iota
	slow                     // it is written, but not at once
	conflicts                // nothing is written
	uncertainWritten         // the error matches ErrUncertain
	uncertainLost            // likewise, and nothing is written
	failsWritten             // the error matches nothing
	fails                    // likewise, and nothing is written
)

var errDisk = errors.New("the disk does not answer")

// begin hands the state out to a run.
func (d *document) begin() map[string]any {
	d.confirmed, d.doubtful = d.durable, nil
	return copyState(d.durable)
}

// save replaces the state if it is still one that the run knows, unless the outcome is another.
func (d *document) save(ctx context.Context, state map[string]any, o outcome) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if o == conflicts || !d.accepts(state) {
		return fmt.Errorf("the document was not saved: %w", rotators.ErrConflict)
	}
	if o != uncertainLost && o != fails {
		d.durable = state
	}
	if o == well || o == slow {
		d.confirmed, d.doubtful = state, nil
		return nil
	}
	d.doubtful = append(d.doubtful, state)
	if o == uncertainWritten || o == uncertainLost {
		return fmt.Errorf("the folder could not be synced: %w", rotators.ErrUncertain)
	}
	return errDisk
}

// accepts tells whether the present state is one that the run may replace by the next one.
func (d *document) accepts(next map[string]any) bool {
	return slices.ContainsFunc(append([]map[string]any{d.confirmed, next}, d.doubtful...), func(known map[string]any) bool {
		return (known == nil) == (d.durable == nil) && schema.Equal(known, d.durable)
	})
}

func copyState(state map[string]any) map[string]any {
	if state == nil {
		return nil
	}
	return copyData(state).(map[string]any)
}

// copyData returns plain data with maps and slices of its own. Secrets are immutable and stay.
func copyData(data any) any {
	switch data := data.(type) {
	case []any:
		items := slices.Clone(data)
		for i, item := range items {
			items[i] = copyData(item)
		}
		return items
	case map[string]any:
		members := maps.Clone(data)
		for name, member := range members {
			members[name] = copyData(member)
		}
		return members
	default:
		return data
	}
}
