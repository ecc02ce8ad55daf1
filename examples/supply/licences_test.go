package supply_test

import (
	"cmp"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/licensecheck"
)

// permissive are the licences that ask of whoever passes a program on for no more than notices.
var permissive = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"}

// licenceFile is what licences are called. What must be passed on beside one, NOTICE and PATENTS, is none.
var licenceFile = regexp.MustCompile(`(?i)^(licen[sc]e|copying|unlicense)([-.].*)?$`)

// TestLicences lists the licences of all modules that the library and esc link. Those of a package count and those of the
// directories above it, so that a module with something that is copied from elsewhere has several.
func TestLicences(t *testing.T) {
	patterns := []string{"./eval/...", "./providers/...", "./rotators/...", "./schema/...", "./examples/esc"}
	const format = "{{with .Module}}{{if not .Main}}{{.Path}} {{.Version}}\t{{.Dir}}\t{{$.Dir}}{{end}}{{end}}"
	licences := map[string]map[string]bool{}
	for line := range strings.Lines(command(t, root, nil, append([]string{"list", "-deps", "-f", format}, patterns...)...)) {
		fields := strings.Split(strings.TrimSpace(line), "\t")
		if len(fields) != 3 {
			continue
		}
		name, top, dir := fields[0], fields[1], fields[2]
		if licences[name] == nil {
			licences[name] = map[string]bool{}
		}
		for ; len(dir) >= len(top); dir = filepath.Dir(dir) {
			for _, licence := range licencesIn(t, dir) {
				licences[name][licence] = true
			}
		}
	}
	goroot := strings.TrimSpace(command(t, root, nil, "env", "GOROOT"))
	licences["the standard library"] = map[string]bool{}
	for _, licence := range licencesIn(t, goroot) {
		licences["the standard library"][licence] = true
	}
	for _, name := range slices.Sorted(maps.Keys(licences)) {
		found := slices.Sorted(maps.Keys(licences[name]))
		t.Logf("licence: %s: %s", name, cmp.Or(strings.Join(found, " and "), "none"))
		if len(found) == 0 || slices.ContainsFunc(found, func(l string) bool { return !slices.Contains(permissive, l) }) {
			t.Errorf("%s has the licences %q, and these are known to be permissive: %q", name, found, permissive)
		}
	}
	if len(licences) < 10 {
		t.Errorf("there are only %d modules", len(licences))
	}
	t.Logf("licences: %d modules with the standard library, all permissive", len(licences))
}

// licencesIn returns the licences whose texts stand in files of a directory. A file that is not to be recognised has the
// licence "unknown".
func licencesIn(t *testing.T, dir string) (found []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		if entry.IsDir() || !licenceFile.MatchString(entry.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		coverage := licensecheck.Scan(text)
		if len(coverage.Match) == 0 || coverage.Percent < 75 {
			found = append(found, "unknown")
		}
		for _, match := range coverage.Match {
			found = append(found, match.ID)
		}
	}
	return found
}

// TestStrictLicences makes sure that a text without permission, or with a duty to publish, is not taken for a licence that
// is permissive.
func TestStrictLicences(t *testing.T) {
	for text, want := range map[string]string{
		"All rights reserved.\n": "unknown",
		"This program is free software: you can redistribute it and/or modify it under the terms of the GNU General Public License as published by the Free Software Foundation, either version 3 of the License, or (at your option) any later version.\n": "GPL-3.0-or-later",
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "LICENSE.txt"), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
		if got := licencesIn(t, dir); !slices.Contains(got, want) || slices.Contains(permissive, want) {
			t.Errorf("%q: %q, want %s", text, got, want)
		}
	}
}
