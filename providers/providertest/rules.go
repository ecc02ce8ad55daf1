package providertest

// A Rule is one obligation of a provider.
type Rule struct {
	Name string // names the subtest, such as plain-outputs
	Text string // as in the documentation of package providers
}

// Rules returns all rules, in the order of the documentation of package providers.
func Rules() []Rule {
	return []Rule{
		stableSchema, validSchema, admitsInputs, answers, plainOutputs, validOutputs, declaredSecrets, inputSecrets,
		silentErrors, errorCode, untouchedRequest, ownOutputs, concurrentOpen, promptReturn, noPanic,
	}
}

var (
	stableSchema = Rule{"stable-schema",
		"Schema is pure: it does no I/O and answers equally on every call."}
	validSchema = Rule{"valid-schema",
		"A schema is valid: types are known, patterns compile, references lead somewhere, bounds are numbers."}
	admitsInputs = Rule{"admits-inputs",
		"The input schema admits whatever Open takes."}
	answers = Rule{"answers",
		"Open answers when its inputs are right, and returns an error when they are not."}
	plainOutputs = Rule{"plain-outputs",
		"Open returns plain data: nil, bool, json.Number, string, schema.Secret, []any and map[string]any."}
	validOutputs = Rule{"valid-outputs",
		"What Open returns satisfies the output schema."}
	declaredSecrets = Rule{"declared-secrets",
		"What the output schema calls secret is returned as schema.Secret."}
	inputSecrets = Rule{"input-secrets",
		"The text of a secret in the request is returned as schema.Secret or not at all."}
	silentErrors = Rule{"silent-errors",
		"No error and no warning holds the text of a secret in the request."}
	errorCode = Rule{"error-code",
		"The code of an error is made of lower-case words joined by hyphens."}
	untouchedRequest = Rule{"untouched-request",
		"Open leaves its request as it is."}
	ownOutputs = Rule{"own-outputs",
		"Every answer is the caller's own: it shares no map and no slice with another answer."}
	concurrentOpen = Rule{"concurrent-open",
		"Open and Schema may be called by any number of goroutines at once."}
	promptReturn = Rule{"prompt-return",
		"Open returns soon after its context is done."}
	noPanic = Rule{"no-panic",
		"Open and Schema do not panic."}
)
