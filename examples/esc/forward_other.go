//go:build !(darwin || dragonfly || freebsd || illumos || linux || netbsd || openbsd)

package main

import "os"

// forwarded are the signals that do not end esc while it runs a program.
var forwarded = endingSignals

// knowsOf reports that the program gets what is typed by itself. There is no other signal that it could be sent.
func knowsOf(os.Signal) bool { return true }
