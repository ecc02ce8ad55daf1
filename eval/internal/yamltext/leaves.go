package yamltext

import "slices"

// leaves divides an edit of a mapping over a mapping into edits of the members that differ: those that
// have another value, those that are new, those that vanish. It returns nil for an edit that is not to
// be divided.
func (e *Edit) leaves(n *Node) []Edit {
	if e.Whole || e.Value == nil || e.Value.Kind != Mapping || n == nil || n.Kind != Mapping {
		return nil
	}
	old, ok := members(n)
	if !ok || !slices.ContainsFunc(e.Value.Keys, func(k string) bool { return old[k] != nil }) {
		return nil // no member stays
	}
	edits := []Edit{}
	stays := make(map[string]bool, len(old))
	for i, key := range e.Value.Keys {
		stays[key] = true
		leaf := Edit{Path: append(slices.Clip(e.Path), key), Value: e.Value.Items[i], keys: e.Value.Writing}
		if old[key] != nil && leaf.Value.equals(old[key]) {
			continue
		}
		if inner := leaf.leaves(old[key]); inner != nil {
			edits = append(edits, inner...)
			continue
		}
		leaf.Whole = true
		edits = append(edits, leaf)
	}
	// What vanishes goes last, so that the mapping is never empty.
	for i := 0; i < len(n.Content); i += 2 {
		if text, _ := keyText(n.Content[i]); !stays[text] {
			edits = append(edits, Edit{Path: append(slices.Clip(e.Path), text)})
		}
	}
	return edits
}
