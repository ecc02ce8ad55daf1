package eval

import "slices"

// A shown diagnostic is one as people see it.
type shown struct {
	*Diagnostic
	follows bool // from another diagnostic, which tells what is to be put right
	others  int  // places of which the same is to be said
}

// presented puts diagnostics into the order in which people see them: causes, and then what follows from them. Where
// nothing is to be done at the places themselves, one stands for all.
func presented(ds Diagnostics) []shown {
	var list []shown
	first := map[string]int{}
	for _, d := range ds {
		same := sameElsewhere(d)
		if i, said := first[same]; said {
			list[i].others++
			continue
		}
		if same != "" {
			first[same] = len(list)
		}
		list = append(list, shown{Diagnostic: d, follows: d.Code == "unknown-output" || d.Code == "rotation-skipped"})
	}
	var causes, consequences []shown
	for _, s := range list {
		if s.follows {
			consequences = append(consequences, s)
		} else {
			causes = append(causes, s)
		}
	}
	return slices.Concat(causes, consequences)
}

// sameElsewhere is equal for diagnostics that say the same of several places, and "" for one that does not.
func sameElsewhere(d *Diagnostic) string {
	switch d.Code {
	case "unknown-output":
		return d.Code
	case "unknown-key-id":
		return d.Message
	}
	return ""
}
