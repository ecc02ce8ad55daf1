package awspassword

// A rule protects the password in force. Tests take one away to see that the tables notice; a rotation keeps them all.
type rule uint32

const (
	ruleAhead  rule = 1 << iota // a password is in the document before AWS hears of it
	ruleKept                    // a candidate that AWS refuses stays if it may be in force
	ruleDoubt                   // so does one that AWS may have taken
	ruleInTime                  // a run that was frozen sets nothing
	ruleFence                   // a run that goes on with what another has left tells so first
)

func (r *run) keeps(x rule) bool { return r.rotator.without&x == 0 }
