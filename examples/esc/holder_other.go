//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd)

package main

// writable tells whether files can be made in a directory, which only trying would show here.
func writable(string) bool { return true }

// holder says who holds the lock on a file, which nobody can tell here.
func holder(string) (who string, held bool) { return "", false }
