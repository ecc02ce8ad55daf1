package supply_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// observer is the end of a program that imports packages. It prints what their imports have left behind: goroutines and
// open files, of which one is that which lists them, and the interfaces of the network that are up.
const observer = `
func main() {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		panic(err)
	}
	sockets := 0
	for _, e := range entries {
		if to, _ := os.Readlink("/proc/self/fd/" + e.Name()); strings.HasPrefix(to, "socket:") {
			sockets++
		}
	}
	up := 0
	interfaces, err := net.Interfaces()
	if err != nil {
		panic(err)
	}
	for _, i := range interfaces {
		if i.Flags&net.FlagUp != 0 {
			up++
		}
	}
	fmt.Printf("%d goroutines, %d sockets, %d networks", runtime.NumGoroutine(), sockets, up)
}
`

// TestImport runs a program that imports every package of the library, where there is no network: it begins all the same,
// with no goroutine but its own and without a socket. That holds for the modules that it links, too.
func TestImport(t *testing.T) {
	if testing.Short() {
		t.Skip("it links a program")
	}
	if os.Geteuid() != 0 {
		t.Skip("a process without a network needs the rights of root")
	}
	var text strings.Builder
	text.WriteString("package main\nimport (\"fmt\"; \"net\"; \"os\"; \"runtime\"; \"strings\"\n")
	packages := 0
	for path := range strings.FieldsSeq(command(t, root, nil, "list", "./eval/...", "./providers/...", "./rotators/...", "./schema/...")) {
		if !strings.Contains(path, "/internal/") {
			text.WriteString("_ \"" + path + "\"\n")
			packages++
		}
	}
	text.WriteString(")\n" + observer)
	dir := t.TempDir()
	source, file := filepath.Join(dir, "main.go"), filepath.Join(dir, "program")
	if err := os.WriteFile(source, []byte(text.String()), 0o666); err != nil {
		t.Fatal(err)
	}
	command(t, root, nil, "build", "-buildvcs=false", "-o", file, source)
	c := exec.CommandContext(t.Context(), file)
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	out, err := c.CombinedOutput()
	if err != nil && strings.Contains(err.Error(), "not permitted") {
		t.Skipf("a process cannot be kept from the network here: %v", err)
	}
	if want := "1 goroutines, 0 sockets, 0 networks"; err != nil || string(out) != want {
		t.Fatalf("%q, %v; want %q", out, err, want)
	}
	t.Logf("imports: %d packages of the library, imported without a network: %s", packages, out)
}
