package providers

import (
	"encoding"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/escapement-go/escapement/schema"
)

// Decode stores the inputs in the struct that v points to. A member goes to the exported field whose json tag, or
// without one whose Go name, is exactly the member's name; letter case counts. The fields of an embedded struct without
// a tag are taken as those of the struct around it, and a field with the tag "-" is left alone.
//
// What fits into what:
//
//   - a string into string and [encoding.TextUnmarshaler]
//   - a number into [json.Number], into floats, and, if it is whole (1.0 and 1e0 are) and in range, into integers
//   - a boolean into bool
//   - an array into a slice, an object into a struct or a map with string keys
//   - anything into any, as plain data that shares nothing with the inputs
//   - a secret into [schema.Secret] and, revealed, into all of the above except any, where it stays a secret; all parts
//     of a secret array or object are secrets
//   - anything that is not a secret into [schema.Secret] too, so that a sensitive input is safe even if the author of
//     the document did not make it secret
//
// Pointers are allocated as needed. A field whose member is absent or null keeps what it has.
//
// A member without a field is ignored: which inputs are allowed is the schema's to say, and a struct may well name only
// those that one part of a provider needs.
//
// An error names the path of the input that does not fit, never its value. Fields decoded before it keep their values.
func (r *Request) Decode(v any) error {
	target := reflect.ValueOf(v)
	if target.Kind() != reflect.Pointer || target.IsNil() {
		return fmt.Errorf("cannot decode inputs into %T; use a pointer to a struct", v)
	}
	return place{}.store(target.Elem(), r.Inputs)
}

var (
	secretType = reflect.TypeFor[schema.Secret]()
	numberType = reflect.TypeFor[json.Number]()
	textType   = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// store puts data into to, which is settable.
func (p place) store(to reflect.Value, data any) error {
	switch {
	case data == nil:
		return nil
	case to.Kind() == reflect.Pointer:
		if to.IsNil() {
			to.Set(reflect.New(to.Type().Elem()))
		}
		return p.store(to.Elem(), data)
	case to.Type() == secretType:
		to.Set(reflect.ValueOf(asSecret(data)))
		return nil
	case to.Kind() == reflect.Interface && to.NumMethod() == 0:
		to.Set(reflect.ValueOf(p.own(data)))
		return nil
	}
	switch data := data.(type) {
	case schema.Secret:
		return place{path: p.path, secret: true}.store(to, data.Data())
	case bool:
		return p.storeBool(to, data)
	case json.Number:
		return p.storeNumber(to, data)
	case string:
		return p.storeString(to, data)
	case []any:
		return p.storeArray(to, data)
	case map[string]any:
		return p.storeObject(to, data)
	case schema.Unknown:
		return p.errorf("is not known")
	default:
		return p.errorf("is of type %T, which is not plain data", data)
	}
}

func (p place) storeBool(to reflect.Value, data bool) error {
	if to.Kind() != reflect.Bool {
		return p.mismatch(to, "a boolean")
	}
	to.SetBool(data)
	return nil
}

func (p place) storeString(to reflect.Value, text string) error {
	if u, ok := to.Addr().Interface().(encoding.TextUnmarshaler); ok {
		if u.UnmarshalText([]byte(text)) != nil { // its text may quote a secret
			return p.errorf("is not the text of a %s", to.Type())
		}
		return nil
	}
	if to.Kind() != reflect.String || to.Type() == numberType {
		return p.mismatch(to, "a string")
	}
	to.SetString(text)
	return nil
}

func (p place) storeArray(to reflect.Value, items []any) error {
	if to.Kind() != reflect.Slice {
		return p.mismatch(to, "an array")
	}
	slice := reflect.MakeSlice(to.Type(), len(items), len(items))
	for i, item := range items {
		if err := p.index(i).store(slice.Index(i), item); err != nil {
			return err
		}
	}
	to.Set(slice)
	return nil
}

func (p place) storeObject(to reflect.Value, members map[string]any) error {
	switch {
	case to.Kind() == reflect.Struct:
		return p.storeStruct(to, members)
	case to.Kind() == reflect.Map && to.Type().Key().Kind() == reflect.String:
		return p.storeMap(to, members)
	default:
		return p.mismatch(to, "an object")
	}
}

func (p place) storeStruct(to reflect.Value, members map[string]any) error {
	for i := range to.NumField() {
		field := to.Type().Field(i)
		name, tagged := memberName(field)
		if field.Anonymous && !tagged && field.Type.Kind() == reflect.Struct {
			if err := p.storeStruct(to.Field(i), members); err != nil {
				return err
			}
			continue
		}
		data, present := members[name]
		if !present || !field.IsExported() || field.Tag.Get("json") == "-" {
			continue
		}
		if err := p.declared(name).store(to.Field(i), data); err != nil {
			return err
		}
	}
	return nil
}

func memberName(field reflect.StructField) (name string, tagged bool) {
	name, _, _ = strings.Cut(field.Tag.Get("json"), ",")
	if name == "" {
		return field.Name, false
	}
	return name, true
}

func (p place) storeMap(to reflect.Value, members map[string]any) error {
	if to.IsNil() {
		to.Set(reflect.MakeMapWithSize(to.Type(), len(members)))
	}
	for _, name := range slices.Sorted(maps.Keys(members)) {
		value := reflect.New(to.Type().Elem()).Elem()
		if err := p.member(name).store(value, members[name]); err != nil {
			return err
		}
		to.SetMapIndex(reflect.ValueOf(name).Convert(to.Type().Key()), value)
	}
	return nil
}

// own returns data with maps and slices of its own.
func (p place) own(data any) any {
	if p.secret {
		return asSecret(data)
	}
	switch data := data.(type) {
	case []any:
		items := make([]any, len(data))
		for i, item := range data {
			items[i] = p.own(item)
		}
		return items
	case map[string]any:
		members := make(map[string]any, len(data))
		for name, member := range data {
			members[name] = p.own(member)
		}
		return members
	default:
		return data
	}
}

// asSecret returns data as a secret, which it may be already.
func asSecret(data any) schema.Secret {
	switch data := data.(type) {
	case schema.Secret:
		return data
	case string:
		return schema.NewSecret(data)
	default:
		return schema.SecretData(data)
	}
}
