package eval

import (
	"cmp"
	"errors"
	"slices"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/eval/internal/yamltext"
)

// selectRotators finds the calls of the root that are to be rotated, and reports paths that lead to none.
func (o *operation) selectRotators() {
	all := slices.Clone(o.root.doc.Rotates)
	slices.SortFunc(all, func(a, b *syntax.Expr) int {
		return cmp.Or(cmp.Compare(a.Node.Line, b.Node.Line), cmp.Compare(a.Node.Column, b.Node.Column))
	})
	all = slices.DeleteFunc(all, o.isIgnored)
	wanted := all
	if len(o.request.rotate.Paths) > 0 {
		wanted = o.rotatorsAt(o.request.rotate.Paths, all)
	} else if len(all) == 0 && !o.request.rotate.among && !o.broken() {
		o.add(finding{Diagnostic: Diagnostic{
			Code: "nothing-to-rotate", Message: "the environment has no rotator", Warning: true,
		}})
	}
	o.runs = map[*syntax.Expr]*rotationRun{}
	for _, e := range wanted {
		run := &rotationRun{expr: e, result: RotationResult{Path: e.Path(), Rotator: e.Call.Plugin, Status: NotEvaluated}}
		run.events = o.newEventLog(run)
		o.runs[e] = run
		o.selected = append(o.selected, run)
	}
}

// rotatorsAt returns those of all calls that stand at one of the paths or below it.
func (o *operation) rotatorsAt(paths []string, all []*syntax.Expr) []*syntax.Expr {
	wanted := map[*syntax.Expr]bool{}
	for _, text := range paths {
		path, bad := syntax.ParsePath(text)
		if bad != nil {
			o.reportPlain(bad.Code, bad.Message, bad.Hint)
			continue
		}
		found := false
		if e := o.root.doc.Find(path); e != nil {
			e.Walk(func(e *syntax.Expr) {
				wanted[e] = true
				found = found || slices.Contains(all, e)
			})
		}
		if !found {
			o.reportPlain("no-rotator-at-path", "no rotator at "+quoted(path.String()), rotatorsHint(all))
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(e *syntax.Expr) bool { return !wanted[e] })
}

func rotatorsHint(all []*syntax.Expr) string {
	if len(all) == 0 {
		return "the environment has none"
	}
	var paths []string
	for _, e := range all {
		paths = append(paths, e.Path())
	}
	return "rotators are at " + listed(paths)
}

// isIgnored reports whether a call of the root contributes nothing, since an import says that its place is final.
func (o *operation) isIgnored(e *syntax.Expr) bool {
	at := o.root.allFinals()
	for _, name := range e.Property().Names() {
		at = at.at(name)
		if final := at.here(); final != nil {
			return final.Doc != o.root.doc
		}
	}
	return false
}

// checkSaving reports what would keep the new states from being saved.
func (o *operation) checkSaving() {
	if o.broken() {
		return
	}
	_, canSave := o.Loader.(Saver)
	for _, run := range o.selected {
		if o.Crypter == nil {
			o.reportExpr(run.expr, "no-crypter", errNoCrypter.message, errNoCrypter.hint)
		}
		if !canSave {
			o.reportExpr(run.expr, "not-writable", "cannot write the state back: nothing is configured that can save", "")
		}
	}
	if o.trySaving(o.selected...) == nil {
		return
	}
	for _, run := range o.selected {
		if refusal := o.trySaving(run); refusal != nil {
			o.reportExpr(run.expr, "not-writable", "cannot write the state back: "+refusal.Reason, refusal.Hint)
		}
	}
}

// trySaving says why states cannot be written into the calls; nil if they can.
func (o *operation) trySaving(runs ...*rotationRun) *yamltext.Refusal {
	edits := make([]yamltext.Edit, len(runs))
	for i, run := range runs {
		edits[i] = yamltext.Edit{Path: append(callPath(run.expr), "state"), Value: someState}
		if run.expr.Call.State != nil {
			edits[i] = yamltext.Edit{Path: append(edits[i].Path, someState.Keys[0]), Value: someState.Items[0]}
		}
	}
	_, err := o.root.doc.Source.Edit(edits...)
	refusal := (*yamltext.Refusal)(nil)
	errors.As(err, &refusal)
	return refusal
}

// someState stands for what a rotator may hand over.
var someState = mapping(yamltext.Quoted, "any", &yamltext.Value{Writing: yamltext.Quoted, Text: "text"})
