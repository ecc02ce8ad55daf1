// Package age reads the durations among the inputs of rotators: ages at which something is due, and the least interval
// between two rotations.
package age

import (
	"fmt"
	"time"

	"github.com/escapement-go/escapement/schema"
)

// Day is 24 hours.
const Day = 24 * time.Hour

// The bounds of the inputs.
const (
	LeastInterval   = 5 * time.Minute
	defaultInterval = 10 * time.Minute
	mostInterval    = 7 * Day
	leastAge        = time.Hour
	mostAge         = 3650 * Day
)

// Schema describes a duration.
func Schema(description string) *schema.Schema {
	return &schema.Schema{Type: []string{"string"}, Description: description, Pattern: pattern, Examples: []any{"90d", "1h30m"}}
}

// Read reads the input of that name, an age at which something is due, into to, which keeps what it has if the text is empty.
func Read(name, text string, to *time.Duration) error {
	return read(name, text, to, leastAge, mostAge)
}

func read(name, text string, to *time.Duration, least, most time.Duration) error {
	if text == "" {
		return nil
	}
	parsed, err := Parse(text)
	switch {
	case err != nil:
		return fmt.Errorf("%q is not a duration; %v", name, err)
	case parsed < least || parsed > most:
		return fmt.Errorf("%q must be from %s to %s", name, inWords(least), inWords(most))
	}
	*to = parsed
	return nil
}

// inWords writes a bound in its largest unit. Days begin where hours get hard to read, after a week.
func inWords(d time.Duration) string {
	switch {
	case d%Day == 0 && d > mostInterval:
		return fmt.Sprintf("%dd", d/Day)
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return fmt.Sprintf("%dm", d/time.Minute)
}
