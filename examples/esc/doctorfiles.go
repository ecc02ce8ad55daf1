package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/escapement-go/escapement/eval"
)

// isKeyFault tells whether a secret could not be decrypted for want of its key.
func isKeyFault(d *eval.Diagnostic) bool { return d.Code == "no-crypter" || d.Code == "unknown-key-id" }

// keys looks at the key file, and tells whether it is of use to the document. Rotations need one even if the document has
// no ciphertext yet.
func (d *doctor) keys(found eval.Diagnostics, rotates bool) (usable bool) {
	ring, err := d.g.keys()
	missing := slices.IndexFunc(found, isKeyFault)
	needed := rotates || missing >= 0
	switch {
	case d.g.KeyFile == "" && !needed:
		d.add(check{Check: "key", State: checkSkipped, Text: "the document holds no ciphertext, and no key file is named"})
		return true
	case err != nil:
		text, remedy := cutLast(err.Error())
		d.add(check{Check: "key", State: checkError, Text: text, Remedy: remedy})
		return !needed
	case missing >= 0:
		d.found("key", "", found[missing])
		return false
	}
	if c, ok := d.exposed(); ok {
		d.add(c)
		return true
	}
	ids := make([]string, len(ring))
	for i, key := range ring {
		ids[i] = strconv.Quote(key.ID())
	}
	has := fmt.Sprintf("%q is private, and has the keys that are needed among %s", d.g.KeyFile, strings.Join(ids, ", "))
	d.add(check{Check: "key", State: checkOK, Text: has})
	return true
}

// exposed says whether the key file is where documents are, or even in the history of a repository.
func (d *doctor) exposed() (check, bool) {
	file, err := resolved(d.g.KeyFile)
	if err != nil {
		return check{}, false
	}
	tracked := exec.Command("git", "-C", filepath.Dir(file), "-c", "core.fsmonitor=false", "ls-files", "--error-unmatch", "--", filepath.Base(file))
	tracked.Env = append(os.Environ(), "GIT_OPTIONAL_LOCKS=0")
	if tracked.Run() == nil { // without git it is not in a repository, or nobody can tell
		return check{
			Check: "key", State: checkError, Text: fmt.Sprintf("%q is in a git repository", d.g.KeyFile),
			Remedy: "make a new key elsewhere, encrypt the documents again with it, renew their secrets, and remove the old file with its history",
		}, true
	}
	dir, local := d.g.localDirectory()
	if dir, err = resolved(dir); err != nil || !local {
		return check{}, false
	}
	if below, err := filepath.Rel(dir, file); err != nil || !filepath.IsLocal(below) {
		return check{}, false
	}
	return check{
		Check: "key", State: checkWarning, Text: fmt.Sprintf("%q is in the directory of the environments, with which it may be copied or committed", d.g.KeyFile),
		Remedy: "move it elsewhere",
	}, true
}

func resolved(path string) (string, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(path)
}

// cutLast splits what is wrong from what to do about it, which errors say last.
func cutLast(text string) (wrong, remedy string) {
	at := strings.LastIndex(text, "; ")
	if at < 0 {
		return text, ""
	}
	return text[:at], text[at+2:]
}

// document tells what Check has found, and whether there is nothing wrong but for the keys.
func (d *doctor) document(found eval.Diagnostics) (sound bool) {
	sound = true
	told := false
	for _, fault := range found {
		if !isKeyFault(fault) && fault.Code != "not-rotated" { // the state of a rotation is a check of its own
			d.found("document", "", fault)
			told, sound = true, sound && fault.Warning
		}
	}
	if !told {
		d.add(check{Check: "document", State: checkOK, Text: "there is nothing wrong with it, nor with what it imports"})
	}
	return sound
}

// directory looks at where a save would put the document.
func (d *doctor) directory(name string) {
	root, ok := d.g.localDirectory()
	if !ok {
		d.add(check{Check: "directory", State: checkSkipped, Text: fmt.Sprintf("not checked; whether %s can be written to, only a save can tell", d.g.place())})
		return
	}
	if missing := d.g.checkDirectory(); missing != nil {
		told := parts(missing) // what is wrong, and a hint
		d.add(check{Check: "directory", State: checkError, Text: told[0].Error(), Remedy: told[1].Error()})
		return
	}
	file, err := filepath.EvalSymlinks(filepath.Join(root, filepath.FromSlash(name)+".yaml"))
	if err != nil {
		return // which is for the document to say
	}
	dir, base := filepath.Split(file)
	dir = filepath.Clean(cmp.Or(dir, "."))
	warn := func(holds bool, state, remedy, format string, args ...any) {
		if holds {
			ok = false
			d.add(check{Check: "directory", State: state, Text: fmt.Sprintf(format, args...), Remedy: remedy})
		}
	}
	info, err := os.Stat(file)
	warn(err == nil && info.Mode().Perm()&0o222 == 0, checkError, "if it is meant to change, make it writable with chmod u+w", "%q is not writable", file)
	warn(!writable(dir), checkError, "make the directory writable, or run esc as its owner", "%q is not writable, so that nothing can be saved", dir)
	lock := filepath.Join(dir, "."+base+".lock")
	if who, held := holder(lock); held {
		warn(true, checkWarning, "wait a moment; if the lock stays, end that program", "%s holds the lock %q, so that nobody else can save", who, lock)
	}
	temporary := filepath.Join(dir, "."+base+".tmp")
	_, err = os.Lstat(temporary)
	warn(!errors.Is(err, fs.ErrNotExist), checkWarning, "none is needed: the next save removes it", "a save that died has left %q", temporary)
	if ok {
		d.add(check{Check: "directory", State: checkOK, Text: fmt.Sprintf("%q is writable, and nobody holds the lock", dir)})
	}
}
