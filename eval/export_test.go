package eval

// DirStepping is Dir with a function that is called before each step of a save.
func DirStepping(path string, step func(name string) error) Creator {
	return directory{path: path, step: step}
}

// PlaceStep is the step that only Create has, after "find".
const PlaceStep = placeStep

// SaveSteps names the steps of a save in their order, up to the rename and from there on.
func SaveSteps() (before, after []string) {
	before = []string{"open", "find", "lock"}
	for _, s := range preparing {
		before = append(before, s.name)
	}
	for _, s := range replacing {
		after = append(after, s.name)
	}
	return before, append(after, "unlock")
}
