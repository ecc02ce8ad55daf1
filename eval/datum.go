package eval

import (
	"math"

	"github.com/escapement-go/escapement/schema"
)

// nodeSize is what a value counts before its text.
const nodeSize = 16

// scalarDatum makes a string or a number. It keeps text, which must not change.
func scalarDatum(kind Kind, text *string, secret bool) *datum {
	return &datum{
		kind: kind, text: text, secret: secret, secretBelow: secret, size: nodeSize + len(*text), parts: &noParts,
	}
}

func stringDatum(text string, secret bool) *datum { return ownDatum(String, text, secret) }

func numberDatum(text string, secret bool) *datum { return ownDatum(Number, text, secret) }

// ownDatum makes a string or a number that keeps its text itself.
func ownDatum(kind Kind, text string, secret bool) *datum {
	d := &struct {
		datum
		own string
	}{own: text}
	d.datum = *scalarDatum(kind, &d.own, secret)
	return &d.datum
}

func boolDatum(b, secret bool) *datum {
	return &datum{
		kind: Bool, bool: b, secret: secret, secretBelow: secret, size: nodeSize, text: &noText, parts: &noParts,
	}
}

func nullDatum(secret bool) *datum {
	if !secret {
		return null
	}
	return &datum{secret: true, secretBelow: true, size: nodeSize, text: &noText, parts: &noParts}
}

// arrayDatum makes an array; it keeps items.
func arrayDatum(items []Value, secret bool) *datum {
	d := container(Array, nil, items, secret)
	d.sum()
	return d
}

// objectDatum makes an object; it keeps keys, which ascend, and items.
func objectDatum(keys []string, items []Value, secret bool) *datum {
	d := container(Object, keys, items, secret)
	for _, k := range keys {
		d.grow(len(k))
	}
	d.sum()
	return d
}

func container(kind Kind, keys []string, items []Value, secret bool) *datum {
	return &datum{
		kind: kind, secret: secret, secretBelow: secret, size: nodeSize, text: &noText, parts: &parts{keys: keys, items: items},
	}
}

// unknownDatum makes an unknown that will fit s.
func unknownDatum(s *schema.Schema, secret bool) *datum {
	secret = secret || s.IsSecret()
	return &datum{
		kind: schemaKind(s), unknown: true, unknownBelow: true, failed: true, secret: secret, secretBelow: secret,
		size: nodeSize, text: &noText, parts: &parts{schema: s},
	}
}

// unknownBecause makes an unknown out of another value, which is why it is unknown.
func unknownBecause(cause *datum, s *schema.Schema, secret bool) *datum {
	d := unknownDatum(s, secret)
	d.failed = cause.failed
	return d
}

// withheld makes an unknown that a call which is not performed would yield.
func withheld(s *schema.Schema, secret bool) *datum { return unknownBecause(null, s, secret) }

// sum adds up what a container takes from its items.
func (d *datum) sum() {
	for i := range d.items {
		item := d.items[i].data()
		d.secretBelow = d.secretBelow || item.secretBelow
		d.unknownBelow = d.unknownBelow || item.unknownBelow
		d.failed = d.failed || item.failed
		d.depth = max(d.depth, item.depth)
		d.grow(item.size)
	}
	d.depth++
}

// grow adds n to the size of the value, which is exact up to the largest int.
func (d *datum) grow(n int) {
	if d.size > math.MaxInt-n {
		d.size = math.MaxInt
		return
	}
	d.size += n
}

// member returns the member of an object.
func (d *datum) member(name string) (Value, bool) { return Value{d: d}.Member(name) }

// schemaKind is the one kind that a schema allows, Null if it leaves a choice.
func schemaKind(s *schema.Schema) Kind {
	if s == nil || len(s.Type) != 1 {
		return Null
	}
	switch s.Type[0] {
	case "boolean":
		return Bool
	case "number", "integer":
		return Number
	case "string":
		return String
	case "array":
		return Array
	case "object":
		return Object
	}
	return Null
}
