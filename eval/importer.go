package eval

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"reflect"
	"slices"
	"strconv"

	"github.com/escapement-go/escapement/eval/internal/syntax"
	"github.com/escapement-go/escapement/schema"
)

// An importer turns data of the host, such as what a provider returned, into values.
type importer struct {
	limits  Limits
	def     *syntax.Expr // the expression that is said to have made the values
	secrets []string     // the secret strings among them
	nodes   int          // of normal data

	unknowns bool // a schema.Unknown counts as data
}

// normal returns data with nothing but nil, bool, json.Number, string, schema.Secret, []any and map[string]any in it.
// It accepts Go's other numbers and other slices and maps of strings too.
func (in *importer) normal(v any, depth int) (any, error) {
	if depth > in.limits.Depth {
		return nil, tooDeep(in.limits)
	}
	if in.nodes++; in.nodes > in.limits.Steps {
		return nil, errSpent
	}
	switch v := v.(type) {
	case nil, bool:
		return v, nil
	case string:
		return v, in.checkString(v)
	case json.Number:
		return v, in.checkNumber(v.String())
	case schema.Secret:
		data, err := in.normal(v.Data(), depth)
		if text, ok := data.(string); ok {
			return schema.NewSecret(text), err
		}
		return schema.SecretData(data), err
	case schema.Unknown:
		if in.unknowns {
			return v, nil
		}
	case []any:
		return in.normalList(len(v), func(i int) any { return v[i] }, depth)
	case map[string]any:
		return in.normalObject(v, depth)
	}
	return in.normalOther(v, depth)
}

func (in *importer) checkNumber(text string) error {
	var n json.Number
	if json.Unmarshal([]byte(text), &n) != nil || n.String() != text {
		return errors.New("a number is not valid")
	}
	if !numberFits(text, in.limits) {
		return numberTooLarge(in.limits)
	}
	return nil
}

func (in *importer) checkString(text string) error {
	if len(text) > in.limits.StringBytes {
		return errTooLarge
	}
	return nil
}

func (in *importer) normalList(n int, item func(int) any, depth int) (any, error) {
	if n > in.limits.Steps-in.nodes {
		return nil, errSpent
	}
	list := make([]any, n)
	for i := range list {
		var err error
		if list[i], err = in.normal(item(i), depth+1); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (in *importer) normalObject(v map[string]any, depth int) (any, error) {
	if len(v) > in.limits.Steps-in.nodes {
		return nil, errSpent
	}
	object := make(map[string]any, len(v))
	for key, item := range v {
		var err error
		if object[key], err = in.normal(item, depth+1); err != nil {
			return nil, err
		}
	}
	return object, nil
}

func (in *importer) normalOther(v any, depth int) (any, error) {
	r := reflect.ValueOf(v)
	switch {
	case r.CanInt():
		return json.Number(strconv.FormatInt(r.Int(), 10)), nil
	case r.CanUint():
		return json.Number(strconv.FormatUint(r.Uint(), 10)), nil
	case r.CanFloat() && !math.IsNaN(r.Float()) && !math.IsInf(r.Float(), 0):
		text, err := json.Marshal(r.Float())
		return json.Number(text), err
	case r.Kind() == reflect.String:
		return r.String(), in.checkString(r.String())
	case r.Kind() == reflect.Slice && !r.IsNil():
		return in.normalList(r.Len(), func(i int) any { return r.Index(i).Interface() }, depth)
	case r.Kind() == reflect.Map && r.Type().Key().Kind() == reflect.String:
		object := make(map[string]any, r.Len())
		for it := r.MapRange(); it.Next(); {
			object[it.Key().String()] = it.Value().Interface()
		}
		return in.normalObject(object, depth)
	}
	return nil, fmt.Errorf("a value of type %T is not plain data", v)
}

// value makes a value of normal data.
func (in *importer) value(v any, secret bool) Value {
	var d *datum
	switch v := v.(type) {
	case bool:
		d = boolDatum(v, secret)
	case json.Number:
		d = numberDatum(v.String(), secret)
	case string:
		if secret {
			in.secrets = append(in.secrets, v)
		}
		d = stringDatum(v, secret)
	case schema.Secret:
		return in.value(v.Data(), true)
	case []any:
		items := make([]Value, len(v))
		for i, item := range v {
			items[i] = in.value(item, secret)
		}
		d = arrayDatum(items, secret)
	case map[string]any:
		keys := slices.Sorted(maps.Keys(v))
		items := make([]Value, len(keys))
		for i, key := range keys {
			items[i] = in.value(v[key], secret)
		}
		d = objectDatum(keys, items, secret)
	default:
		d = nullDatum(secret)
	}
	return Value{d: d, def: in.def}
}
