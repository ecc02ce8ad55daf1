package awstest_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/escapement-go/escapement/providers/awstest"
)

// TestStaging stores versions under any tokens and labels. A label is on one version at most, AWSCURRENT on one always,
// AWSPREVIOUS where AWSCURRENT was before, and a token that was used changes nothing.
func TestStaging(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		a := account{t, awstest.New(t, awstest.Options{}), true}
		a.empty()
		current := ""
		for range rapid.IntRange(1, 12).Draw(r, "puts") {
			token := rapid.SampledFrom([]string{"a", "b", "c", "d", "e"}).Draw(r, "token")
			text := token + rapid.SampledFrom([]string{"", "", "", "x"}).Draw(r, "text")
			stages := rapid.SampledFrom([][]string{nil, {"AWSCURRENT"}, {"AWSPENDING"}, {"MINE", "AWSCURRENT"}, {"MINE"}}).Draw(r, "stages")
			before := a.SecretVersions("api-key")
			at := slices.IndexFunc(before, func(v awstest.SecretVersion) bool { return v.ID == uuid(token) })
			_, err := a.puts(token, text, stages...)
			after := a.SecretVersions("api-key")
			if at >= 0 {
				if want := map[bool]string{true: "", false: "ResourceExistsException"}[before[at].Text == text]; code(err) != want || !cmp.Equal(before, after) {
					r.Fatalf("repeated %s: %v, want %q; -before +after\n%s", token, err, want, cmp.Diff(before, after))
				}
				continue
			}
			if err != nil {
				r.Fatal(err)
			}
			holders := holdersOf(after)
			moved := stages == nil || slices.Contains(stages, "AWSCURRENT") || len(before) == 0
			switch {
			case len(holders["AWSCURRENT"]) != 1:
				r.Fatalf("AWSCURRENT is on %v", holders["AWSCURRENT"])
			case moved && (holders["AWSCURRENT"][0] != uuid(token) || current != "" && !slices.Equal(holders["AWSPREVIOUS"], []string{current})):
				r.Fatalf("after %s for %s: %v", token, current, holders)
			case !moved && holders["AWSCURRENT"][0] != current:
				r.Fatalf("AWSCURRENT moved without being asked to: %v", holders)
			}
			for label, on := range holders {
				if len(on) != 1 {
					r.Fatalf("%s is on %v", label, on)
				}
			}
			current = holders["AWSCURRENT"][0]
		}
	})
}

// holdersOf returns which versions have each label.
func holdersOf(versions []awstest.SecretVersion) map[string][]string {
	holders := map[string][]string{}
	for _, v := range versions {
		for _, label := range v.Stages {
			holders[label] = append(holders[label], fmt.Sprint(v.ID))
		}
	}
	return holders
}
