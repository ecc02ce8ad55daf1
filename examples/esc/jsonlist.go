package main

import (
	"bytes"
	"fmt"
	"io"
)

// A jsonList prints a list of JSON item by item, as printJSON prints it at once.
type jsonList struct {
	w     io.Writer
	begun bool
}

func (l *jsonList) add(item any) error {
	text, err := jsonText(item, "  ")
	if err != nil {
		return err
	}
	begin := ",\n  "
	if !l.begun {
		begin = "[\n  "
	}
	l.begun = true
	_, err = fmt.Fprintf(l.w, "%s%s", begin, bytes.TrimSuffix(text, []byte("\n")))
	return err
}

// end prints the end. Nothing may be added after it.
func (l *jsonList) end() error {
	text := "[]\n"
	if l.begun {
		text = "\n]\n"
	}
	_, err := io.WriteString(l.w, text)
	return err
}
