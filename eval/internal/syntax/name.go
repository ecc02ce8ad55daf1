package syntax

import "strings"

// maxNameLength is the length of the longest name of an environment, in bytes.
const maxNameLength = 500

// CanonicalName returns the one name that stands for all names of the same environment: without @latest, and without
// the first of two segments if that is default. It returns false if name is not the name of an environment.
//
// A name consists of segments joined by slashes, and optionally @ and a version. Segments and the version are made of
// ASCII letters, digits, "_", "." and "-", and are neither "." nor "..".
func CanonicalName(name string) (string, bool) {
	if len(name) > maxNameLength {
		return "", false
	}
	path, version, versioned := strings.Cut(name, "@")
	if versioned && !isSegment(version) {
		return "", false
	}
	segments := 0
	for segment := range strings.SplitSeq(path, "/") {
		if !isSegment(segment) {
			return "", false
		}
		segments++
	}
	if version == "latest" {
		name = path
	}
	if segments == 2 {
		name = strings.TrimPrefix(name, "default/")
	}
	return name, true
}

// NameHint says what an environment name may be.
const NameHint = `allowed are segments of letters, digits, "_", ".", "-" joined by "/", and "@version"`

// IsCanonical reports whether name is the name of an environment in its canonical form.
func IsCanonical(name string) bool {
	canonical, ok := CanonicalName(name)
	return ok && canonical == name
}

// SplitVersion splits a canonical name at its @. The version is empty if there is none.
func SplitVersion(canonical string) (name, version string) {
	name, version, _ = strings.Cut(canonical, "@")
	return name, version
}

func isSegment(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '.', c == '-':
		default:
			return false
		}
	}
	return s != "" && s != "." && s != ".."
}
