package main

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
)

// figures is everything but the fuzz targets.
var figures = []figure{
	{
		name:    "crashes",
		command: "go test ./rotators/awsiam ./rotators/awspassword ./examples/killed -skip TestFleet -v",
		read: []reading{
			{what: "crashes, outcomes and human acts in each step of a rotation", line: regexp.MustCompile(`(?m)^[A-H]\S* +cells (\d+) reached (\d+) calls (\d+) assertions (\d+) violations (\d+)`),
				print: "$n tables, $1 cells, $3 calls, $4 assertions, $5 violations", how: summed},
			{what: "mutants noticed", line: regexp.MustCompile(`(?m)^E1 +mutants noticed (.*)`),
				print: "$1"},
			{what: "negative controls that fail", line: regexp.MustCompile(`(?m)^E2 +negative controls.* that fail (.*)`),
				print: "$1", how: joined},
			{what: "consumers during rotations", line: regexp.MustCompile(`(?m)consumers: (.*)`),
				print: "$1"},
			{what: "processes killed, $1", line: regexp.MustCompile(`_test.go:\d+: (.*), (\d+) rounds: (\d+) processes killed .*; (\d+) calls, (\d+) keys made, (\d+) lost; (at most .*)`),
				print: "$3 of $2, $5 keys made, $6 lost, $7"},
			{what: "processes killed, each at another step", line: regexp.MustCompile(`_test.go:\d+: (.*): processes killed, each at another step: (.*)`),
				print: "$1: $2", how: joined},
			{what: "documents spoilt", line: regexp.MustCompile(`documents spoilt: (.*)`),
				print: "$1"},
		},
	},
	{
		name:    "fleet",
		command: "go test ./rotators/awsiam -run TestFleet -v",
		full:    "go test ./rotators/awsiam -run TestFleet -full -v -timeout 30m",
		read: []reading{
			{what: "many users through a virtual year", line: regexp.MustCompile(`(?m)^fleet of (\d+), a year of daily runs: (.*)`),
				print: "$1 users: $2"},
			{what: "everything due at once", line: regexp.MustCompile(`(?m)^fleet of (\d+), all due, (\S+) calls/s, (\d+) at a time: (\d+) rotated, failed in each round (\[.*?\]), .*, (\d+) throttled, in (\S+)`),
				print: "$1 users, $2 calls/s, $3 at a time: $4 rotated in $7, $6 throttled, failed in each round $5"},
			{what: "memory of a rotation of all", line: regexp.MustCompile(`(?m)^fleet: heap of (.*)`),
				print: "$1"},
		},
	},
	{
		name:    "splices",
		command: "go test ./eval/internal/yamltext -run 'TestEveryEdit|TestRandom|TestSequences' -v",
		full:    "go test ./eval/internal/yamltext -run 'TestEveryEdit|TestRandom|TestSequences' -full -v -timeout 1h",
		read: []reading{
			{what: "edits: $1", line: regexp.MustCompile(`_test.go:\d+: (.*): \d+ done (\d+) \(.*\) refused (\d+) wrong (\d+)`),
				print: "$2 done, $3 refused, $4 wrong"},
		},
	},
	{
		name:    "canaries",
		command: "go test ./eval ./examples/notify -run 'TestCanaries|TestNoticesHoldNoSecret' -v",
		read: []reading{
			{what: "secrets looked for in all that is printed", line: regexp.MustCompile(`canaries: (.*)`),
				print: "$1"},
		},
	},
	{
		name:    "quoting",
		command: "go test ./eval ./examples/esc -run 'Reads?Back' -v",
		full:    "go test ./eval ./examples/esc -run 'Reads?Back' -v -count=1",
		read: []reading{
			{what: "$1 read by $2", line: regexp.MustCompile(`_test.go:\d+: (\S+)  +(\S.*?)  +(\d+ texts read back, .*)`),
				print: "$3"},
		},
	},
	{
		name:    "redaction",
		command: "go test ./examples/esc -run TestRandomSecrets -v",
		full:    "go test ./examples/esc -run TestRandomSecrets -full -v",
		read: []reading{
			{what: "secrets removed from the output of programs", line: regexp.MustCompile(`(\d+ secrets in .* leaks)`),
				print: "$1"},
		},
	},
	{
		name:    "differences",
		command: "go test ./eval ./eval/internal/yamltext ./schema -run 'Differential|TestConformance|TestDifferences|TestAgreesWithOracle' -v",
		read: []reading{
			{what: "two readers of YAML: $1", line: regexp.MustCompile(`two readers: (.*?): (.*differences)`),
				print: "$2"},
			{what: "two validators of schemas", line: regexp.MustCompile(`two validators: (.*)`),
				print: "$1"},
			{what: "cases of the language, and of the differences from ESC", line: regexp.MustCompile(`: (\d+) cases yield what is expected of them`),
				print: "$1 cases as expected", how: summed},
		},
	},
	{
		name:    "costs",
		command: "go test ./eval -run TestCosts -costs -v",
		read: []reading{
			{what: "time to open, as a multiple of parsing, and its bound", line: regexp.MustCompile(`(?m)^\| (\w+-\d+) (?:\|[^|]*){2}\|([^|]*)\|([^|]*)\|.*\| (\w+) \|$`),
				print: "$1 $2 of $3 ($4)", how: joined},
			{what: "time to open again, as a part of opening", line: regexp.MustCompile(`(?m)^\| (\w+-\d+) (?:\|[^|]*){4}\|([^|]*)\|([^|]*)\|.*\|$`),
				print: "$1 $2 of $3", how: joined},
			{what: "time as a multiple of the time for less", line: regexp.MustCompile(`(?m)^\| (\w+-\d+) (?:\|[^|]*){6}\|( \d[^|]*)\|([^|]*)\|.*\|$`),
				print: "$1 $2 of $3", how: joined},
			{what: "latency, as a multiple of the longest chain of calls", line: regexp.MustCompile(`latency: (.*) times the longest chain of calls, bound (.*)`),
				print: "$1 of $2"},
		},
	},
	{
		name:    "cold",
		command: "go test ./examples/esc -run TestColdOpen -v",
		read: []reading{
			{what: "a cold start of esc, as a multiple of printing its version", line: regexp.MustCompile(`cold open of ten documents: .* ratio: (.*) \((.*)\)`),
				print: "$1, $2"},
		},
	},
	{
		name:    "programs",
		command: "go test ./examples/supply -run 'TestPrograms|TestReproducible' -v",
		full:    "go test ./examples/supply -run 'TestPrograms|TestReproducible' -full -v -timeout 30m",
		read: []reading{
			{what: "a program, $1", line: regexp.MustCompile(`program: (.*) (links \d+ modules of others), (.* MB), (go.*)`),
				print: "$2, $3 with $4"},
			{what: "reproducible builds", line: regexp.MustCompile(`reproducible: (.*)`),
				print: "$1"},
		},
	},
	{
		name:    "supply",
		command: "go test ./examples/supply -run 'TestLicences|TestNoSideEffects|TestImport' -v",
		read: []reading{
			{what: "licences of what is linked", line: regexp.MustCompile(`licence: (.*): (.*)`),
				print: "$1 $2", how: joined},
			{what: "licences", line: regexp.MustCompile(`licences: (.*)`),
				print: "$1"},
			{what: "effects of an import", line: regexp.MustCompile(`side effects: (.*)`),
				print: "$1"},
			{what: "imports without a network", line: regexp.MustCompile(`imports: (.*)`),
				print: "$1"},
		},
	},
	{
		name:    "modules",
		command: "go mod verify",
		read:    []reading{{what: "modules against go.sum", line: regexp.MustCompile(`(?m)^(all modules verified)$`), print: "$1"}},
	},
	{
		name:    "API",
		command: "go test ./examples/api -run TestDocumented -v",
		read: []reading{
			{what: "exported names with documentation", line: regexp.MustCompile(`documented:? (\d+ of \d+)`),
				print: "$1"},
		},
	},
	{
		name:    "soak",
		command: "go test ./eval -run TestSoak -soak 10s -v",
		full:    "go test ./eval -run TestSoak -soak 10m -v -timeout 20m",
		read: []reading{
			{what: "one Evaluator, providers that fail", line: regexp.MustCompile(`soak: (\S+, \d+ goroutines: .* wrong);`),
				print: "$1"},
			{what: "its calls", line: regexp.MustCompile(`soak: .*; calls (.*)`),
				print: "$1"},
			{what: "its latency", line: regexp.MustCompile(`soak: latency of (.*)`),
				print: "$1"},
			{what: "its memory and goroutines", line: regexp.MustCompile(`soak: heap (.*)`),
				print: "heap $1"},
		},
	},
}

var fuzzTarget = regexp.MustCompile(`(?m)^func (Fuzz\w+)\(`)

// allFigures are the figures with the fuzz targets that there are in a directory.
func allFigures(root string) ([]figure, error) {
	all := append([]figure(nil), figures...)
	err := fs.WalkDir(os.DirFS(root), ".", func(file string, d fs.DirEntry, err error) error {
		if err == nil && file != "." && strings.HasPrefix(d.Name(), ".") {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if err != nil || d.IsDir() || !strings.HasSuffix(file, "_test.go") {
			return err
		}
		text, err := fs.ReadFile(os.DirFS(root), file)
		for _, m := range fuzzTarget.FindAllSubmatch(text, -1) {
			all = append(all, fuzzing(path.Dir(file), string(m[1])))
		}
		return err
	})
	return all, err
}

// fuzzing is the figure of a fuzz target. A finding makes its command fail. Where earlier runs have found many inputs, an
// execution may be one of these.
func fuzzing(dir, target string) figure {
	command := "go test ./" + dir + " -run '^$' -fuzz '^" + target + "$' -fuzzminimizetime 10x -fuzztime "
	return figure{
		name:    "fuzzing",
		command: command + "1000x",
		full:    command + "1000000x -timeout 2h",
		read: []reading{{
			what: target + " in ./" + dir, line: regexp.MustCompile(`(?s).*fuzz: elapsed: \S+, (?:execs|gathering baseline coverage): (\d+)`),
			print: "$1 executions, $count findings", count: regexp.MustCompile(`Failing input written to`),
		}},
	}
}
