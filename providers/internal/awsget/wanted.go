package awsget

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/escapement-go/escapement/providers"
)

// Wanted is what the input get asks for, and what has been read of it. Each entry asks for an item; several may ask for the
// same one. What notes something may be called concurrently, and the rest not at the same time.
type Wanted[I comparable] struct {
	req   *providers.Request
	field string // of an entry, that says which
	items map[string]I

	mu    sync.Mutex
	found map[I]found
	whole *Problem // that any other call would meet, too; nil if there is none
}

// found is a value, or why there is none.
type found struct {
	value   any
	problem *Problem
}

// ParseGet reads the input get. An entry has the id, which is a name or an ARN in a service, and the item that read tells;
// errors call the id by the field. The error is an [*Error].
func ParseGet[E any, I comparable](req *providers.Request, t Target, service, field string, read func(E) (id string, item I)) (*Wanted[I], error) {
	var in struct {
		Get map[string]E `json:"get"`
	}
	if err := req.Decode(&in); err != nil {
		return nil, BadInput(err.Error())
	}
	w := &Wanted[I]{req: req, field: field, items: map[string]I{}, found: map[I]found{}}
	var problems Problems
	for _, name := range slices.Sorted(maps.Keys(in.Get)) {
		id, item := read(in.Get[name])
		w.items[name] = item
		if p := t.CheckID(id, service); p != nil {
			problems.Add(w.input(name), p)
		}
	}
	return w, problems.Err(req)
}

// input is how errors call the id of an entry.
func (w *Wanted[I]) input(name string) string { return fmt.Sprintf("get[%q].%s", name, w.field) }

// names returns those of the entries, in order.
func (w *Wanted[I]) names() []string { return slices.Sorted(maps.Keys(w.items)) }

// Items returns each item once, in the order of the names of the entries.
func (w *Wanted[I]) Items() (items []I) {
	asked := map[I]bool{}
	for _, name := range w.names() {
		if item := w.items[name]; !asked[item] {
			items, asked[item] = append(items, item), true
		}
	}
	return items
}

// Unread returns those of some items of which nothing has been noted.
func (w *Wanted[I]) Unread(items []I) (left []I) {
	for _, item := range items {
		if _, known := w.found[item]; !known {
			left = append(left, item)
		}
	}
	return left
}

// Note notes what an item is, or the problem that it cannot be read.
func (w *Wanted[I]) Note(item I, value any, problem *Problem) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.found[item] = found{value, problem}
}

// GiveUp notes a problem that any other call would meet, too. The first one counts.
func (w *Wanted[I]) GiveUp(p *Problem) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.whole == nil {
		w.whole = p
	}
}

// GaveUp tells whether there is such a problem.
func (w *Wanted[I]) GaveUp() bool { return w.whole != nil }

// Answer returns the outputs, or an [*Error] with every entry that has none.
func (w *Wanted[I]) Answer() (any, error) {
	var problems Problems
	if w.whole != nil {
		problems.Add("", w.whole)
		return nil, problems.Err(w.req)
	}
	out := map[string]any{}
	for _, name := range w.names() {
		f := w.found[w.items[name]]
		if f.problem != nil {
			problems.Add(w.input(name), f.problem)
		}
		out[name] = f.value
		if list, isList := f.value.([]any); isList {
			out[name] = slices.Clone(list) // each entry has its own
		}
	}
	if err := problems.Err(w.req); err != nil {
		return nil, err
	}
	return out, nil
}
