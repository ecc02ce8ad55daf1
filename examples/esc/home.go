package main

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"

	"github.com/alecthomas/kong"
)

// inHome puts the home directory into the place of the ~ that a path begins with, which no shell does behind "=" or ":".
func inHome(path string) (string, error) {
	rest, ok := strings.CutPrefix(path, "~/")
	if !ok {
		return path, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", errors.New("there is no home directory for the ~; write the whole path")
	}
	return filepath.Join(home, rest), nil
}

// homePath reads the value of a flag that is a path.
func homePath(command *kong.DecodeContext, target reflect.Value) error {
	path := ""
	if err := command.Scan.PopValueInto("string", &path); err != nil {
		return err
	}
	path, err := inHome(path)
	target.SetString(path)
	return err
}
