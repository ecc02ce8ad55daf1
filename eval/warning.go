package eval

import (
	"sync"

	"github.com/escapement-go/escapement/eval/internal/syntax"
)

// maxWarnings bounds how many warnings of one call are reported.
const maxWarnings = 20

// warnings are what a provider or rotator says, while it is called, that is not an error.
type warnings struct {
	mu    sync.Mutex
	texts []string
	ended bool
}

// add takes a warning from any goroutine. One that comes when the call is over is not reported.
func (w *warnings) add(text string) {
	if len(text) > maxOutside {
		text = "" // what is cut could begin with a part of a secret
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.ended && text != "" && len(w.texts) < maxWarnings {
		w.texts = append(w.texts, text)
	}
}

func (w *warnings) end() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	return w.texts
}

// hear returns where the call of a task puts its warnings.
func (o *operation) hear(t *task) func(string) {
	w := o.heard[t]
	if w == nil {
		w = &warnings{}
		if o.heard == nil {
			o.heard = map[*task]*warnings{}
		}
		o.heard[t] = w
	}
	return w.add
}

// reportHeard reports the warnings of the call of a task, once.
func (o *operation) reportHeard(t *task) {
	w := o.heard[t]
	if w == nil {
		return
	}
	delete(o.heard, t)
	who := "provider "
	if t.expr.Kind == syntax.Rotate {
		who = "rotator "
	}
	for _, text := range w.end() {
		o.countBytes(len(text))
		found := o.warn(t.expr.Mark(), "provider-warning", who+quoted(t.expr.Call.Plugin)+" warns", "")
		found.Path, found.outside = exprPath(t.expr), text
	}
}
