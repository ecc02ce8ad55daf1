package schema

// unknownText stands for an unknown in every printed form.
const unknownText = "[unknown]"

// An Unknown is data that is not known yet, such as the answer of a call that was not performed.
type Unknown struct {
	Of *Schema // what it can turn out to be; nil: anything
}

// String returns "[unknown]".
func (u Unknown) String() string { return unknownText }

// MarshalText returns "[unknown]", which is the JSON form, too.
func (u Unknown) MarshalText() ([]byte, error) { return []byte(unknownText), nil }

func isUnknown(v any) bool {
	_, ok := v.(Unknown)
	return ok
}
