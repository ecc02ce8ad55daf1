package yamltext

func str(s string) *Value      { return &Value{Text: s} }
func verbatim(s string) *Value { return &Value{Text: s, Writing: Verbatim} }
func quoted(s string) *Value   { return &Value{Text: s, Writing: Quoted} }

func list(items ...*Value) *Value { return &Value{Kind: List, Items: items} }

// mapping makes a mapping of keys and values in turn.
func mapping(w Writing, members ...any) *Value {
	v := &Value{Kind: Mapping, Writing: w}
	for i := 0; i < len(members); i += 2 {
		v.Keys = append(v.Keys, members[i].(string))
		v.Items = append(v.Items, members[i+1].(*Value))
	}
	return v
}

// envelope is an encrypted text.
func envelope(base64 string) *Value {
	return mapping(OneLine, "ciphertext", verbatim(base64))
}

// secretOf is what a secret string of a state is written as.
func secretOf(base64 string) *Value {
	return mapping(Quoted, "fn::secret", envelope(base64))
}

// sampleValues are the values that are written everywhere.
var sampleValues = []*Value{
	verbatim("42"),
	verbatim("-1.5e3"),
	verbatim("true"),
	verbatim("null"),
	str("word"),
	str("two words"),
	str("arn:aws:iam::012345678912:role/x"),
	str("${a.b[0].c}"),
	str("${a} and ${b}"),
	str(""),
	str("yes"),
	str("2001-12-14"),
	str("it's \"quoted\" # not: a, [comment]"),
	str("é 日本 😀 \u00a0\ue000\ufeff\u2028\x7f\t."),
	str("one\ntwo\n"),
	str("one\n\n  two: [\n# three"),
	str("-----BEGIN KEY-----\nMIIEvQ==\n-----END KEY-----\n"),
	str("\n one \n"),
	str("x\n"),
	quoted("pa$$word"),
	quoted("one\ntwo\n"),
	envelope("ZXNjeAAAAAEAAAEAY2lwaGVydGV4dA=="),
	list(),
	mapping(Readable),
	list(verbatim("1"), str("two words"), list(verbatim("3"), str("4")), mapping(Readable, "a", verbatim("5"), "b", list())),
	mapping(Readable, "a", str("x y"), "b c", list(str("one\ntwo\n")), "d: e", mapping(Readable, "f", mapping(Readable)), "g", str("${h}"), "text", str("one\ntwo")),
	mapping(Quoted,
		"current", mapping(Quoted, "id", quoted("AKIA"), "key", secretOf("ZXNjeAAAAAEAAAEA")),
		"n", verbatim("3"), "previous", verbatim("null"), "t.k", quoted("$${x}")),
	mapping(Readable, "fn::secret", str("text")),
	list(str("a"), str("one\ntwo\n")),
	str("one\n\ttwo\n"),
}
