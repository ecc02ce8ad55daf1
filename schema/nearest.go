package schema

import (
	"unicode"
	"unicode/utf8"
)

const (
	maxNear  = 256        // code points of a name that is searched for
	maxCells = 50_000_000 // comparisons of code points in one search, a fraction of a second
)

// Nearest returns the candidate that was probably meant by name: the one at the smallest Levenshtein distance, if that
// is at most half the length of name in code points. Names are compared in lower case without "_" and "-"; of equally
// near ones the first by bytes is returned. It returns "" if no candidate is near enough, and does not search for names
// of more than 256 code points.
func Nearest(name string, candidates []string) string {
	written := simplify(nil, name, maxNear)
	if len(written) > maxNear {
		return ""
	}
	best, found := "", false
	most := utf8.RuneCountInString(name) / 2
	var s levenshtein
	for _, candidate := range candidates {
		limit := most
		if found && candidate >= best {
			limit-- // an equal distance does not help
		}
		s.other = simplify(s.other[:0], candidate, len(written)+limit)
		if d := s.distance(written, limit); d <= limit {
			best, found, most = candidate, true, d
		}
		if s.cells > maxCells {
			break
		}
	}
	return best
}

// simplify appends what counts of a name. It stops when there are more than enough code points.
func simplify(runes []rune, name string, enough int) []rune {
	for _, r := range name {
		if len(runes) > enough {
			break
		}
		if r != '_' && r != '-' {
			runes = append(runes, unicode.ToLower(r))
		}
	}
	return runes
}

// A levenshtein computes distances from s.other, reusing its memory.
type levenshtein struct {
	other []rune
	row   []int
	cells int
}

// distance returns how many insertions, deletions and replacements of a code point make a of s.other, or some number
// above limit if it takes more than limit. Only cells near the diagonal can stay within the limit.
func (s *levenshtein) distance(a []rune, limit int) int {
	b := s.other
	if len(a)-len(b) > limit || len(b)-len(a) > limit {
		return limit + 1
	}
	// row[j] is the distance between the first i of a and the first j of b.
	s.row = s.row[:0]
	for j := range len(b) + 1 {
		s.row = append(s.row, j)
	}
	for i := 1; i <= len(a); i++ {
		from, to := max(1, i-limit), min(len(b), i+limit)
		if s.nextRow(a[i-1], i, from, to, limit) > limit {
			return limit + 1
		}
		s.cells += to - from + 1
	}
	return s.row[len(b)]
}

// nextRow turns row i-1 into row i between two columns and returns its least distance. Cells on either side are above
// limit: on the left by being set so, on the right since they still are those of row 0.
func (s *levenshtein) nextRow(r rune, i, from, to, limit int) int {
	diagonal := s.row[from-1]
	s.row[from-1] = limit + 1
	if from == 1 {
		s.row[0] = i
	}
	least := s.row[from-1]
	for j := from; j <= to; j++ {
		d := diagonal
		if r != s.other[j-1] {
			d = min(diagonal, s.row[j], s.row[j-1]) + 1
		}
		diagonal, s.row[j] = s.row[j], d
		least = min(least, d)
	}
	return least
}
