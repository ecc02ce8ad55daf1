package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// diffContext is how many lines a diff shows around a change.
const diffContext = 3

// printDiff prints how one text becomes another, in the unified format; nothing if they are the same.
func printDiff(w io.Writer, name, before, after string) {
	lines := diffLines(splitLines(before), splitLines(after))
	hunks := diffHunks(lines)
	if len(hunks) == 0 {
		return
	}
	fmt.Fprintf(w, "--- %s\n+++ %s\n", name, name)
	for _, h := range hunks {
		oldLines, newLines := 0, 0
		for _, l := range h {
			if l.kind != '+' {
				oldLines++
			}
			if l.kind != '-' {
				newLines++
			}
		}
		fmt.Fprintf(w, "@@ -%d,%d +%d,%d @@\n", h[0].old, oldLines, h[0].new, newLines)
		for _, l := range h {
			fmt.Fprintf(w, "%c%s\n", l.kind, visible(strings.TrimRight(l.text, "\r\n")))
		}
	}
}

// A diffLine is a line that is in both texts (' '), or only in the old ('-') or the new one ('+').
type diffLine struct {
	kind     byte
	text     string
	old, new int // the numbers of the next line in each text, from 1
}

// diffLines compares two texts line by line. What they have in common at both ends is taken off first; for the rest a
// table of longest common subsequences is made, which is small since edits are.
func diffLines(before, after []string) []diffLine {
	var lines []diffLine
	i, j := 0, 0
	emit := func(kind byte, text string) {
		lines = append(lines, diffLine{kind, text, i + 1, j + 1})
		if kind != '+' {
			i++
		}
		if kind != '-' {
			j++
		}
	}
	end := 0
	for end < min(len(before), len(after)) && before[len(before)-1-end] == after[len(after)-1-end] {
		end++
	}
	for i < min(len(before), len(after))-end && before[i] == after[j] {
		emit(' ', before[i])
	}
	old, new := before[i:len(before)-end], after[j:len(after)-end]
	common := commonLengths(old, new)
	for a, b := 0, 0; a < len(old) || b < len(new); {
		switch {
		case a < len(old) && b < len(new) && old[a] == new[b]:
			emit(' ', old[a])
			a, b = a+1, b+1
		case b == len(new) || a < len(old) && common[a+1][b] >= common[a][b+1]:
			emit('-', old[a])
			a++
		default:
			emit('+', new[b])
			b++
		}
	}
	for _, text := range before[len(before)-end:] {
		emit(' ', text)
	}
	return lines
}

// commonLengths returns the lengths of the longest common subsequences of all pairs of ends.
func commonLengths(old, new []string) [][]int {
	lengths := make([][]int, len(old)+1)
	for a := range lengths {
		lengths[a] = make([]int, len(new)+1)
	}
	for a := len(old) - 1; a >= 0; a-- {
		for b := len(new) - 1; b >= 0; b-- {
			if old[a] == new[b] {
				lengths[a][b] = lengths[a+1][b+1] + 1
			} else {
				lengths[a][b] = max(lengths[a+1][b], lengths[a][b+1])
			}
		}
	}
	return lengths
}

// diffHunks cuts out the changes, with some lines around them. Changes that are near each other go together.
func diffHunks(lines []diffLine) (hunks [][]diffLine) {
	begin, end := 0, 0 // of what is shown so far
	for n, l := range lines {
		if l.kind == ' ' {
			continue
		}
		if from := max(n-diffContext, 0); from > end {
			if end > 0 {
				hunks = append(hunks, lines[begin:end])
			}
			begin = from
		}
		end = min(n+1+diffContext, len(lines))
	}
	if end > 0 {
		hunks = append(hunks, lines[begin:end])
	}
	return hunks
}

// splitLines returns the lines of a text, each with its end.
func splitLines(text string) []string { return slices.Collect(strings.Lines(text)) }
