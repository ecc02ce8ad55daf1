package yamltext

// find returns the node at a path that leads through no alias, nil if there is none.
func (d *Document) find(path []any) *Node {
	n := d.Root
	for _, part := range path {
		if n == nil {
			return nil
		}
		n = n.child(part)
	}
	return n
}

// child returns a member or an item, nil if there is none.
func (n *Node) child(part any) *Node {
	switch part := part.(type) {
	case int:
		if n.Kind == List && part < len(n.Content) {
			return n.Content[part]
		}
	case string:
		for i := 0; n.Kind == Mapping && i < len(n.Content); i += 2 {
			if text, ok := keyText(n.Content[i]); ok && text == part {
				return n.Content[i+1]
			}
		}
	}
	return nil
}

// length returns the number of items or members of a collection.
func (n *Node) length() int {
	if n.Kind == Mapping {
		return len(n.Content) / 2
	}
	return len(n.Content)
}

// keyText returns the text of a key, and whether it has one.
func keyText(key *Node) (string, bool) {
	for key.Kind == Alias && key.Target != nil {
		key = key.Target
	}
	return key.Value, key.Kind == Scalar
}

// IsMerge reports whether a key merges other mappings. In quotes, "<<" is a key like any other.
func (n *Node) IsMerge() bool {
	return n.Kind == Scalar && n.Style == Plain && n.Tag == "" && n.Value == "<<"
}

// members returns the values of a mapping by the texts of their keys. It fails if a key has no text or
// stands there twice, or if the mapping merges others.
func members(mapping *Node) (map[string]*Node, bool) {
	values := make(map[string]*Node, len(mapping.Content)/2)
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		text, ok := keyText(mapping.Content[i])
		if !ok || values[text] != nil || mapping.Content[i].IsMerge() {
			return nil, false
		}
		values[text] = mapping.Content[i+1]
	}
	return values, true
}
