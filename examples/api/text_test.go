package api_test

import (
	"bytes"
	"go/ast"
	"go/printer"
	"go/token"
	"slices"
	"strings"
)

// text returns an expression or a type on one line, without comments and names of parameters.
func text(e ast.Expr) string {
	switch e := e.(type) {
	case nil:
		return ""
	case *ast.FuncType:
		return "func" + signature(e)
	case *ast.InterfaceType:
		return interfaceText(e)
	case *ast.StarExpr:
		return "*" + text(e.X)
	case *ast.Ellipsis:
		return "..." + text(e.Elt)
	case *ast.ArrayType:
		return "[" + text(e.Len) + "]" + text(e.Elt)
	case *ast.MapType:
		return "map[" + text(e.Key) + "]" + text(e.Value)
	}
	var b bytes.Buffer
	if err := printer.Fprint(&b, token.NewFileSet(), e); err != nil {
		return err.Error()
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// signature returns the types of parameters and results.
func signature(f *ast.FuncType) string {
	params, results := list(f.Params), list(f.Results)
	switch out := strings.Join(results, ", "); len(results) {
	case 0:
		return "(" + strings.Join(params, ", ") + ")"
	case 1:
		return "(" + strings.Join(params, ", ") + ") " + out
	default:
		return "(" + strings.Join(params, ", ") + ") (" + out + ")"
	}
}

// list returns the type of each field.
func list(fields *ast.FieldList) []string {
	var types []string
	if fields == nil {
		return nil
	}
	for _, f := range fields.List {
		for range max(1, len(f.Names)) {
			types = append(types, text(f.Type))
		}
	}
	return types
}

// interfaceText returns the methods of an interface in ascending order.
func interfaceText(i *ast.InterfaceType) string {
	var methods []string
	for _, m := range i.Methods.List {
		if f, ok := m.Type.(*ast.FuncType); ok && len(m.Names) == 1 {
			methods = append(methods, m.Names[0].Name+signature(f))
		} else {
			methods = append(methods, text(m.Type))
		}
	}
	if len(methods) == 0 {
		return "interface{}"
	}
	slices.Sort(methods)
	return "interface { " + strings.Join(methods, "; ") + " }"
}

func typeParams(fields *ast.FieldList) string {
	if types := list(fields); len(types) > 0 {
		return "[" + strings.Join(types, ", ") + "]"
	}
	return ""
}
