package evaltest

import (
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"

	"github.com/escapement-go/escapement/schema"
)

// readContext reads the setting "context".
func (s *scenario) readContext() error {
	text := s.setting("context", "")
	if text == "" {
		return nil
	}
	v, err := decodeJSON([]byte(text))
	if err != nil {
		return fmt.Errorf("context: %w", err)
	}
	object, ok := hide(v).(map[string]any)
	if !ok {
		return fmt.Errorf("context %s is not an object", text)
	}
	s.context = object
	return nil
}

// hide turns each {"$secret": X} into X as a secret.
func hide(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = hide(v[i])
		}
	case map[string]any:
		if text, ok := v["$secret"].(string); ok {
			return schema.NewSecret(text)
		}
		if data, ok := v["$secret"]; ok {
			return schema.SecretData(data)
		}
		for key := range v {
			v[key] = hide(v[key])
		}
	}
	return v
}

// readLimits reads the setting "limits".
func (s *scenario) readLimits() error {
	l := &s.limits
	fields := map[string]*int{
		"Bytes": &l.Bytes, "Depth": &l.Depth, "Nodes": &l.Nodes, "Imports": &l.Imports, "Digits": &l.Digits,
		"Exponent": &l.Exponent, "StringBytes": &l.StringBytes, "ValueBytes": &l.ValueBytes, "Steps": &l.Steps,
	}
	for _, item := range strings.Fields(s.setting("limits", "")) {
		name, value, _ := strings.Cut(item, "=")
		n, err := strconv.Atoi(value)
		if fields[name] == nil || err != nil {
			return fmt.Errorf("limits: %q is not such as Steps=10", item)
		}
		*fields[name] = n
	}
	return nil
}

// parseCounts reads "echo 1, pw open 2".
func parseCounts(text string) (map[string]int, error) {
	counts := map[string]int{}
	if text == "none" {
		return counts, nil
	}
	for item := range strings.SplitSeq(text, ",") {
		name, value, ok := cutLast(strings.TrimSpace(item), " ")
		n, err := strconv.Atoi(value)
		if !ok || err != nil {
			return nil, fmt.Errorf("%q is not such as: echo 1", item)
		}
		counts[name] = n
	}
	return counts, nil
}

func newLogger(w io.Writer) *slog.Logger {
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: slog.LevelDebug - 4}))
}
