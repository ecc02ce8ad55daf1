package eval

import (
	"context"

	"github.com/escapement-go/escapement/rotators"
)

// A Saver is a Loader that can also replace the text of an environment. It knows bytes only: repeating a change on a text
// that somebody else has edited in between is the part of whoever made the change.
type Saver interface {
	Loader

	// Save replaces the text of an environment, if it still is old byte for byte, and returns nil only when new is
	// durable. Nobody ever loads a mixture of both. If new is there already, as after a save whose outcome was
	// uncertain, Save makes it durable and succeeds.
	//
	// If the text is any other, Save writes nothing, and its error matches [ErrConflict]. If it failed when it may
	// already have written, its error matches [ErrUncertain]; saving the same again settles it. After any other error the
	// text may have been replaced as well, unless the implementation promises more. If there is no such environment the
	// error matches fs.ErrNotExist: Save creates none.
	//
	// Save obeys the end of the context as long as it has not begun to replace. It changes neither old nor new, and keeps
	// neither. Like Load it is called by several goroutines at once, and by other processes, also for one environment:
	// of those that begin with the same old text, one wins. An error holds nothing of the texts.
	Save(ctx context.Context, name string, old, new []byte) error
}

// A Creator is a Saver that can make environments, too. The environments of a Saver that is none are made by other means,
// such as an editor.
type Creator interface {
	Saver

	// Create makes an environment with a text, and returns nil only when that is durable. If there is one already the
	// error matches fs.ErrExist, and nothing is written, unless its text is the same. What [Saver] says of errors that
	// match [ErrUncertain], of others, of the context and of concurrency holds for Create.
	Create(ctx context.Context, name string, text []byte) error
}

// What the error of a save may match.
var (
	// ErrConflict says that the text is not the one that was to be replaced, and that this call wrote nothing. Load it,
	// change it and save it again.
	ErrConflict = rotators.ErrConflict

	// ErrUncertain says that the text may have been replaced, or not, or not durably. Saving the same again settles it.
	ErrUncertain = rotators.ErrUncertain
)
