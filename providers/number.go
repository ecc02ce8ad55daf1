package providers

import (
	"encoding/json"
	"math/big"
	"reflect"
	"strconv"
	"strings"
)

func (p place) storeNumber(to reflect.Value, data json.Number) error {
	switch {
	case to.Type() == numberType:
		to.SetString(data.String())
		return nil
	case to.CanFloat():
		f, err := strconv.ParseFloat(data.String(), to.Type().Bits())
		if err != nil {
			return p.errorf("does not fit into %s", to.Type())
		}
		to.SetFloat(f)
		return nil
	case to.CanInt(), to.CanUint():
		return p.storeInteger(to, data)
	default:
		return p.mismatch(to, "a number")
	}
}

func (p place) storeInteger(to reflect.Value, data json.Number) error {
	n, ok := integer(data.String())
	switch {
	case !ok:
		return p.errorf("must be a whole number that fits into %s", to.Type())
	case to.CanInt() && n.IsInt64() && !to.OverflowInt(n.Int64()):
		to.SetInt(n.Int64())
	case to.CanUint() && n.IsUint64() && !to.OverflowUint(n.Uint64()):
		to.SetUint(n.Uint64())
	default:
		return p.errorf("does not fit into %s", to.Type())
	}
	return nil
}

// maxExponent bounds the work that the text of a number can cause; no integer type comes near it.
const maxExponent = 1000

// integer returns the integer that the text of a JSON number denotes, if it denotes one of moderate size.
func integer(text string) (*big.Int, bool) {
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		exponent, err := strconv.Atoi(text[i+1:])
		if err != nil || max(exponent, -exponent) > maxExponent {
			return nil, false
		}
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok || !r.IsInt() {
		return nil, false
	}
	return r.Num(), true
}
