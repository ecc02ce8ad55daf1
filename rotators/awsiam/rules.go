package awsiam

// A rule protects keys. Tests take one away to see that the tables notice; a rotation keeps them all.
type rule uint32

const (
	ruleForget      rule = 1 << iota // an id leaves the document before its key is deleted
	ruleInterval                     // a least time between promotions
	ruleQuarantine                   // an orphan waits, deactivated, before it is deleted
	ruleClaim                        // a re-activated key is foreign for ever
	ruleEvidence                     // baseline and time window prove an orphan
	ruleIntent                       // an intent is saved before a key is made
	ruleSecretFirst                  // the secret is saved before anything else happens
	ruleOwn                          // only keys of this document are victims
	ruleIdentity                     // identity and not age chooses the victim
	ruleEnough                       // no victim unless a slot becomes free
	ruleAlive                        // nothing is retired while current does not work
	ruleSigner                       // the key that signs is never a victim
	ruleProve                        // proof before promotion
	ruleOnce                         // a key is never made twice
	ruleHalf                         // a key without its secret is deleted by its id
	ruleFence                        // a conflict when the secret is saved deletes the new key
	ruleUncertain                    // an uncertain save of the secret never does
	ruleToken                        // the token of a request that publishes is that of its key
	ruleWait                         // nothing is retired while the current key is unpublished
	ruleUnpublished                  // no key is made while the current one is unpublished
	ruleDead                         // a key that does not work is not published
	ruleTime                         // nothing is retired directly after the secret has changed
	ruleAfter                        // that a key is published is noted when it is done and not before
	ruleRemember                     // that a key is published is noted
)

func (r *run) keeps(x rule) bool { return r.rotator.without&x == 0 }
