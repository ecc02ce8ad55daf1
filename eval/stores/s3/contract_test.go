package s3_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/eval/storetest"
)

// steps is how many requests of a save without a fault could meet one: it looks and writes.
const steps = 2

// The store keeps the rules of stores, whatever becomes of any one of its requests, with tags of texts and with tags of
// writes.
func TestContract(t *testing.T) {
	for name, unique := range map[string]bool{"tags of texts": false, "tags of writes": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			met := 0
			storetest.Run(t, func() storetest.World {
				f := newFake(unique)
				w := site{t: t, server: f}.world(&met)
				w.Put = func(name string, text []byte) { f.put(name+".yaml", string(text)) }
				return w
			})
			t.Logf("%d faults at each of the first %d requests: %d were met", len(outcomes()), steps, met)
		})
	}
}

// A site is a server, with the keys of a world.
type site struct {
	t      testing.TB
	server http.Handler
	prefix string
}

// world has a store behind a proxy, and others that talk to the server itself.
func (s site) world(met *int) storetest.World {
	p := &proxy{server: s.server}
	behind, direct := serve(s.t, p), serve(s.t, s.server)
	faults := map[string]map[int]outcome{"": nil}
	var names []string
	for at := 1; at <= steps; at++ {
		for _, o := range outcomes() {
			name := fmt.Sprintf("request %d: %s", at, o.name)
			names = append(names, name)
			faults[name] = map[int]outcome{at: o}
		}
	}
	return storetest.World{
		Saver:   storeAt(behind, s.prefix),
		Another: func() eval.Saver { return storeAt(direct, s.prefix) },
		Faults:  names,
		Slow:    true,
		Plant:   func(fault string) { *met += p.plant(faults[fault], nil) },
	}
}
