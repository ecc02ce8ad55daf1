package eval

import (
	"fmt"
	"maps"
	"slices"
)

// readContext takes over what the host put under ${context}.
func (o *operation) readContext() error {
	for _, name := range []string{"currentEnvironment", "rootEnvironment"} {
		if _, ok := o.Context[name]; ok {
			return fmt.Errorf("eval: Context defines %q, which the evaluator defines itself", name)
		}
	}
	in := importer{limits: o.limits}
	plain, err := in.normal(o.Context, 0)
	if err != nil {
		return fmt.Errorf("eval: Context is not plain data: %w", err)
	}
	o.context = map[string]Value{}
	object, _ := plain.(map[string]any)
	for name, v := range object {
		o.context[name] = in.value(v, false)
	}
	o.secrets = append(o.secrets, in.secrets...)
	return nil
}

// contextValue is ${context} as an environment sees it.
func (o *operation) contextValue(e *env) Value {
	if e.context != nil {
		return *e.context
	}
	members := maps.Clone(o.context)
	members["currentEnvironment"] = nameObject(e.name)
	members["rootEnvironment"] = nameObject(e.rootName)
	keys := slices.Sorted(maps.Keys(members))
	items := make([]Value, len(keys))
	for i, key := range keys {
		items[i] = members[key]
	}
	e.context = &Value{d: objectDatum(keys, items, false)}
	return *e.context
}

func nameObject(name string) Value {
	return Value{d: objectDatum([]string{"name"}, []Value{{d: stringDatum(name, false)}}, false)}
}
