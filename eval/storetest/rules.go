package storetest

// A Rule is one obligation of a store.
type Rule struct {
	Name string // names the subtest, such as one-wins
	Text string // what package eval demands, in short
}

// Rules returns all rules.
func Rules() []Rule {
	return []Rule{
		absent, otherNames, exactText, replaces, conflict, again, ownTexts, oneWins, noMixture, canceled, settles, creates,
		oneCreates, lists, silentErrors, noPanic,
	}
}

var (
	absent = Rule{"absent",
		"If there is no such environment the error matches fs.ErrNotExist, and Save creates none."}
	otherNames = Rule{"other-names",
		"A name that no environment can have is refused, and leads to no other environment."}
	exactText = Rule{"exact-text",
		"Load returns the text byte for byte, whatever bytes and however many they are."}
	replaces = Rule{"replaces",
		"Save replaces the text if it still is old byte for byte, for everybody who loads it afterwards, and no other text."}
	conflict = Rule{"conflict",
		"If the text is another than old and new, Save writes nothing and its error matches ErrConflict, and ErrUncertain does not."}
	again = Rule{"again",
		"If new is there already, Save succeeds, whatever old is."}
	ownTexts = Rule{"own-texts",
		"Save changes neither old nor new, and keeps neither; what Load has returned stays as it is."}
	oneWins = Rule{"one-wins",
		"Of those that save at once and begin with the same old text, one wins; the others get an error that matches ErrConflict."}
	noMixture = Rule{"no-mixture",
		"Nobody ever loads a mixture of two texts."}
	canceled = Rule{"canceled",
		"Nothing is loaded or written for a context that is done, and the error matches that of the context."}
	settles = Rule{"settles",
		"After a fault the text is old or new: new without an error, and old if it matches ErrConflict; saving the same again settles it."}
	creates = Rule{"creates",
		"Create makes an environment; if there is one with another text, the error matches fs.ErrExist and nothing is written."}
	oneCreates = Rule{"one-creates",
		"Of those that create an environment at once with different texts, one wins; the others get an error that matches fs.ErrExist."}
	lists = Rule{"lists",
		"List returns the canonical names of all environments, without versions, in ascending order and each once."}
	silentErrors = Rule{"silent-errors",
		"An error holds nothing of the texts."}
	noPanic = Rule{"no-panic",
		"No method panics."}
)
