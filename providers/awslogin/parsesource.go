package awslogin

import (
	"strings"
)

// SourceForms are the texts that [ParseSource] reads, for the help of a flag.
const SourceForms = "file:PATH, env:NAME, github, exec:COMMAND ARGUMENT..., issuer:FILE"

// ParseSource returns the source of tokens that a text such as the value of a flag chooses:
//
//   - file:PATH is a [File]
//   - env:NAME is an [Env]
//   - github is [GitHubActions]
//   - exec:COMMAND ARGUMENT... is an [Exec]; words are separated by white space, and nothing is a quotation mark
//   - issuer:FILE is the [Issuer] that FILE describes, which is read at once, see [ReadIssuer]
//
// An error that is about the text has the code bad-source and does not quote what is behind the colon.
func ParseSource(text string) (TokenSource, error) {
	kind, rest, colon := strings.Cut(text, ":")
	switch {
	case kind == "github" && !colon:
		return GitHubActions{}, nil
	case !colon || strings.TrimSpace(rest) == "":
		return nil, badSource()
	}
	switch kind {
	case "file":
		return File{Path: rest}, nil
	case "env":
		return Env{Name: rest}, nil
	case "exec":
		return Exec{Args: strings.Fields(rest)}, nil
	case "issuer":
		i, err := ReadIssuer(rest)
		if err != nil {
			return nil, err
		}
		return i, nil
	}
	return nil, badSource()
}

func badSource() error {
	return &Error{Code: "bad-source", text: "that is no source of tokens; write one of " + SourceForms}
}
