package awsiam

import (
	"time"
)

// A scenario is one cell of a table: what happens to a run from a start. It tells whether it came to that.
type scenario struct {
	name  string
	start start
	play  func(w *world) bool
}

// gaps are the pauses after a run that failed; a cell takes one by its number.
var gaps = []time.Duration{15 * time.Minute, 30 * time.Second, 2 * time.Hour}

// crashes: a run dies after each step from each start.
func crashes() []scenario { return crashesOf(starts, points) }

func crashesOf(starts []start, points []string) []scenario {
	var all []scenario
	for _, s := range starts {
		for _, point := range points {
			all = append(all, scenario{"crash after " + point, s, func(w *world) bool {
				a := w.attempt().crashAt(point)
				a.due = s.aged
				return a.perform().crashed
			}})
		}
	}
	return all
}

// doubleCrashes: a second crash hits the recovery from a first one.
func doubleCrashes() []scenario { return doubleCrashesOf(coreStarts(), points) }

func doubleCrashesOf(starts []start, points []string) []scenario {
	var all []scenario
	for _, s := range starts {
		for i, first := range points {
			for j, second := range points {
				all = append(all, scenario{"crash after " + first + ", then after " + second, s, func(w *world) bool {
					a := w.attempt().crashAt(first).perform()
					w.notice()
					w.sim.Advance(gaps[(i+j)%3])
					b := w.attempt().crashAt(second).perform()
					return a.crashed && b.crashed
				}})
			}
		}
	}
	return all
}

// once: a step goes wrong in each way, and well when it is repeated.
func once() []scenario { return outcomesOf(1, coreStarts(), faults()) }

// always: a step goes wrong whenever a run takes it.
func always() []scenario { return outcomesOf(0, coreStarts(), faults()) }

func outcomesOf(nth int, starts []start, faults []fault) []scenario {
	var all []scenario
	for _, f := range faults {
		for _, s := range starts {
			all = append(all, scenario{f.name, s, func(w *world) bool {
				a := w.attempt()
				f.strike(a, nth)
				w.lied = f.name == "DeleteAccessKey: NoSuchEntity"
				return w.struck(a.perform())
			}})
		}
	}
	return all
}

// unknownThenCrash: the run after an unknown outcome dies after each step.
func unknownThenCrash() []scenario { return faultThenCrash(starts[4:6], unknowns(), points) }

func faultThenCrash(starts []start, faults []fault, points []string) []scenario {
	var all []scenario
	for _, s := range starts {
		for i, f := range faults {
			for j, point := range points {
				all = append(all, scenario{f.name + ", then crash after " + point, s, func(w *world) bool {
					a := w.attempt()
					f.strike(a, j%2)
					struck := w.struck(a.perform())
					w.sim.ClearScript()
					w.doc.ClearScript()
					w.sim.Advance(gaps[(i+j)%3])
					return w.attempt().crashAt(point).perform().crashed && struck
				}})
			}
		}
	}
	return all
}

// humans: a human acts after each step.
func humans() []scenario { return humansOf(coreStarts(), points, acts) }

func humansOf(starts []start, points []string, acts []act) []scenario {
	var all []scenario
	for _, s := range starts {
		for _, point := range points {
			for _, act := range acts {
				all = append(all, scenario{"a human " + act.name + " after " + point, s, func(w *world) bool {
					w.human = act.name != "edits elsewhere"
					acted := false
					w.attempt().after(point, func() { acted = act.do(w) }).perform()
					return acted
				}})
			}
		}
	}
	return all
}

var pauses = [][]time.Duration{{6 * time.Minute}, {2 * day}, {6 * time.Minute, 2 * day}, {2 * day, 2 * day}}

// freezes: a process is frozen after each step, others take over, and it goes on.
func freezes() []scenario { return freezesOf(modelStarts(), points) }

func modelStarts() []start { return startsWhere(func(s start) bool { return s.modelled }) }

func freezesOf(starts []start, points []string) []scenario {
	var all []scenario
	for _, s := range starts {
		for _, point := range points {
			for _, pause := range pauses {
				all = append(all, scenario{"frozen after " + point, s, func(w *world) bool {
					return w.attempt().frozen(pause, func(a *attempt, do func()) { a.after(point, do) })
				}})
			}
		}
	}
	return all
}

// freezesBefore: the same before each call, when the process has no chance to notice how late it is.
func freezesBefore() []scenario { return freezesBeforeOf(modelStarts(), points) }

func freezesBeforeOf(starts []start, points []string) []scenario {
	var all []scenario
	for _, s := range starts {
		for _, point := range points {
			for _, pause := range pauses {
				all = append(all, scenario{"frozen before " + point, s, func(w *world) bool {
					return w.attempt().frozen(pause, func(a *attempt, do func()) { a.before(point, do) })
				}})
			}
		}
	}
	return all
}

// frozen performs a run that is frozen where it is told, while others take over.
func (a *attempt) frozen(pause []time.Duration, where func(a *attempt, do func())) bool {
	frozen := false
	where(a, func() {
		frozen = true
		for _, p := range pause {
			a.sim.Advance(p)
			a.world.attempt().perform()
			a.notice()
		}
	})
	a.perform()
	return frozen
}
