//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd)

package main

import "github.com/rogpeppe/go-internal/testscript"

func lock(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Fatalf("nobody can tell here who holds a lock")
}
