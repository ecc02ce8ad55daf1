package evaltest

import "strings"

// An Archive is a text in named sections, in the txtar form: a comment, then sections that each begin with a line
// "-- NAME --" and reach to the next such line. Names need not be unique.
type Archive struct {
	Comment  string
	Sections []*Section
}

// A Section is one part of an [Archive]. Its body ends in a line end unless it is empty.
type Section struct {
	Name, Body string
}

// ParseArchive reads an archive. Every text is one; a text without sections is all comment.
func ParseArchive(text string) *Archive {
	a := &Archive{}
	body := &a.Comment
	for line := range strings.Lines(text) {
		if name, ok := sectionName(line); ok {
			s := &Section{Name: name}
			a.Sections = append(a.Sections, s)
			body = &s.Body
			continue
		}
		*body += strings.TrimSuffix(line, "\n") + "\n"
	}
	return a
}

// String is the text that ParseArchive reads back.
func (a *Archive) String() string {
	var b strings.Builder
	b.WriteString(a.Comment)
	for _, s := range a.Sections {
		b.WriteString("-- " + s.Name + " --\n" + s.Body)
	}
	return b.String()
}

func sectionName(line string) (string, bool) {
	line = strings.TrimRight(line, " \r\n")
	name, ok := strings.CutPrefix(line, "-- ")
	if !ok {
		return "", false
	}
	name, ok = strings.CutSuffix(name, " --")
	name = strings.TrimSpace(name)
	return name, ok && name != ""
}
