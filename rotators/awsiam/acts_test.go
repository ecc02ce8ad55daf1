package awsiam

// An act is what a human does in the middle of a run. It tells whether there was anything to do.
type act struct {
	name string
	do   func(w *world) bool
}

var acts = []act{
	{"creates a key", func(w *world) bool {
		if len(w.sim.Keys("app")) > 1 {
			return false
		}
		_, err := w.sim.AddKey("app", keyOfHuman())
		w.off[keyID("HX")] = true
		return err == nil
	}},
	{"deletes C", func(w *world) bool {
		w.killed = w.sim.RemoveKey(w.currentID())
		return w.killed
	}},
	{"deactivates C", func(w *world) bool {
		w.killed = w.sim.SetKeyStatus(w.currentID(), "Inactive")
		return w.killed
	}},
	{"re-activates a key", func(w *world) bool {
		for _, k := range w.sim.Keys("app") {
			if k.Status == "Inactive" {
				w.claimed[k.ID] = true
				return w.sim.SetKeyStatus(k.ID, "Active")
			}
		}
		return false
	}},
	{"edits the state", func(w *world) bool {
		w.doc.Edit(func(state map[string]any) map[string]any {
			if state != nil {
				delete(state, "previous")
				state["note"] = "by hand"
			}
			return state
		})
		return true
	}},
	{"edits elsewhere", func(w *world) bool {
		w.doc.EditElsewhere("a comment")
		return true
	}},
}
