package main

import (
	"bytes"
	"encoding/json"
	"io"
)

// A jsonList prints a list of JSON item by item, as printJSON prints it at once.
type jsonList struct {
	w     io.Writer
	begun bool
}

func (l *jsonList) add(item any) error {
	var text bytes.Buffer
	text.WriteString(",\n  ")
	if !l.begun {
		text.Reset()
		text.WriteString("[\n  ")
	}
	l.begun = true
	enc := json.NewEncoder(&text)
	enc.SetIndent("  ", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(item); err != nil {
		return err
	}
	_, err := l.w.Write(bytes.TrimSuffix(text.Bytes(), []byte("\n")))
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
