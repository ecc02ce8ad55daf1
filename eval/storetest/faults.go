package storetest

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"

	"github.com/escapement-go/escapement/eval"
)

// checkFault lets one save meet a fault, looks at what has become of it, and saves the same again.
func (t *trial) checkFault(fault string) {
	t.put("a", text("old"))
	t.put("b", text("beside"))
	t.Plant(fault)
	err := t.save(t.Saver, "a", text("old"), text("new"))
	t.Plant("")
	switch got, loadErr := t.load(t.another(), "a"); {
	case loadErr != nil:
		t.breach(settles, fault, "the text cannot be loaded afterwards: %v", loadErr)
		return
	case err == nil && !bytes.Equal(got, text("new")):
		t.breach(settles, fault, "Save succeeded, and the text is not there")
	case errors.Is(err, eval.ErrConflict) && !bytes.Equal(got, text("old")):
		t.breach(settles, fault, "the error matches ErrConflict, and the text has changed")
	case !bytes.Equal(got, text("old")) && !bytes.Equal(got, text("new")):
		t.breach(settles, fault, "%d bytes are there that are neither text", len(got))
	}
	if err := t.save(t.Saver, "a", text("old"), text("new")); err != nil {
		t.breach(settles, fault, "saving the same again failed: %v", err)
	}
	t.holds(settles, fault+", saved again", "a", text("new"))
	t.holds(settles, fault+", an environment beside it", "b", text("beside"))
	t.meetsAnother(fault)
}

// meetsAnother lets a save meet the fault when the text is another already: whatever it is told, it changes nothing.
func (t *trial) meetsAnother(fault string) {
	t.put("a", text("other"))
	t.Plant(fault)
	err := t.save(t.Saver, "a", text("old"), text("newer"))
	t.Plant("")
	if err == nil {
		t.breach(settles, fault+", the text being another", "Save succeeded")
	}
	t.holds(settles, fault+", the text being another", "a", text("other"))
}

// checkCreateFault lets a Create meet a fault, and creates the same again.
func (t *trial) checkCreateFault(fault string) {
	c, ok := t.Saver.(eval.Creator)
	if !ok {
		return
	}
	where := fmt.Sprintf("%s, at Create", fault)
	t.Plant(fault)
	err := t.create(c, "a", text("new"))
	t.Plant("")
	switch got, loadErr := t.load(t.another(), "a"); {
	case err == nil && (loadErr != nil || !bytes.Equal(got, text("new"))):
		t.breach(settles, where, "Create succeeded, and the text is not there")
	case errors.Is(err, fs.ErrExist):
		t.breach(settles, where, "the error matches fs.ErrExist, and nobody else has made it: %v", err)
	case loadErr == nil && !bytes.Equal(got, text("new")):
		t.breach(settles, where, "%d bytes are there that are not the text", len(got))
	}
	if err := t.create(c, "a", text("new")); err != nil {
		t.breach(settles, where, "creating the same again failed: %v", err)
	}
	t.holds(settles, where+", once more", "a", text("new"))
}
