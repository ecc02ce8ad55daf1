package schema

// A memo keeps what was computed for a key. The zero memo is empty.
type memo[K comparable, V any] struct{ values map[K]V }

func (m *memo[K, V]) get(key K, compute func() V) V {
	v, ok := m.values[key]
	if !ok {
		v = compute()
		if m.values == nil {
			m.values = map[K]V{}
		}
		m.values[key] = v
	}
	return v
}
