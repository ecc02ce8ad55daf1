package eval

// The patterns of the language schema are written in what regular expressions of ECMAScript and Go have in common.
const (
	// A bare name in a path, which ends at the closer.
	bareInBraces = `(?:[^.\[}\s$]|\$+[^.\[}\s${<])+\$*`
	bareInAngles = `(?:[^.\[>\s$]|\$+[^.\[>\s${<])+\$*`

	// A name or an index in brackets.
	quotedName = `\["(?:[^"\\]|\\+[^\\])+"\]`
	bracket    = `(?:` + quotedName + `|\[(?:0|[1-9][0-9]*)\])`

	pathInBraces = `(?:` + bareInBraces + `|` + quotedName + `)(?:\.` + bareInBraces + `|` + bracket + `)*`
	pathInAngles = `(?:` + bareInAngles + `|` + quotedName + `)(?:\.` + bareInAngles + `|` + bracket + `)*`

	interpolation = `\$(?:\{` + pathInBraces + `\}|<` + pathInAngles + `>)`

	// Text up to the next interpolation: "$<" is literal unless a letter, "_" or "[" follows.
	literalUnit = `[^$]|(?:\$<)*\$[^{<]|(?:\$<)+[^\p{L}_\[$]`
	literalEnd  = `(?:\$<)*\$?$`

	literalPattern   = `^(?:` + literalUnit + `)*` + literalEnd
	textPattern      = `^(?:` + literalUnit + `|(?:\$<)*` + interpolation + `)*` + literalEnd
	referencePattern = `^` + interpolation + `$`

	// Whatever does not begin as the names of functions do.
	noFunctionPattern = `^(?:[^fF]|[fF](?:[^nN]|[nN](?:[^:]|:(?:[^:]|$)|$)|$)|$)`
	variablePattern   = `^[^=\x00]+$`

	segment            = `(?:\.*[A-Za-z0-9_-][A-Za-z0-9_.-]*|\.\.\.+)`
	environmentPattern = `^` + segment + `(?:/` + segment + `)*(?:@` + segment + `)?$`
)
