package awsiam

import (
	"os/exec"
	"strings"
	"testing"
)

// The model of the rotation, of which model_test.go plays a part with the real code, meets its expectations. This is the
// quick part; python3 testdata/rotation-model.py all takes some minutes.
func TestModelItself(t *testing.T) {
	t.Parallel()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3")
	}
	out, err := exec.CommandContext(t.Context(), python, "testdata/rotation-model.py", "quick").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "ALL EXPECTATIONS MET") {
		t.Errorf("%v\n%s", err, out)
	}
}
