// Package password is the rotator behind fn::rotate::password: a random secret for anything that takes one, such as a
// database, a message broker or a cookie signer. The document is the only place that knows it.
//
//	values:
//	  database:
//	    fn::rotate::password:
//	      inputs:
//	        length: 40
//	        minNumeric: 2
//	        overrideSpecial: "-_."
//	        rotateAfter: 90d
//
// A rotation makes a new password and saves it as the current one; what was current becomes the previous one. Nobody is
// told: whatever checks the password must learn the new one by itself, from the opened environment. While it changes
// over, it can accept both.
//
// # Inputs
//
//   - length, an integer of 1 to 1024, 32 by default: the number of characters.
//   - lower, upper, numeric, special, booleans, true by default: which classes of characters may occur, at least one.
//   - minLower, minUpper, minNumeric, minSpecial, integers of 0 to 1024, 0 by default: how many of a class must occur.
//   - overrideSpecial, a string: the special characters instead of !@#%^&*()_+-=[]|, which have none of $ { } that documents
//     read, and no quotes. Each is a different character of ASCII, and no letter, digit or white space. An empty string
//     stands for the default.
//   - minInterval, a duration of 5m to 168h, 10m by default: the least time between two rotations.
//   - rotateAfter, a duration of 1h to 3650d: the age of the password at which it is due for rotation. Without it none is
//     due by age.
//
// Durations are written like 90d, 12h or 1h30m; a day is 24 hours. Opening an environment needs none of the inputs.
//
// # State
//
// The members current and, after the second rotation, previous, each an object of password and createdAt. A password that
// exists already can be written into current by hand; if it has no createdAt, its age is counted from adoptedAt, which
// upkeep adds when it first sees it.
//
// # Outputs
//
// The same current and previous, without adoptedAt.
//
// # Safety
//
// A rotation is one save: it comes about as a whole or not at all, and the password before it is kept. Of two processes
// that rotate at once the first one to save wins, and the other one changes nothing. Passwords come from crypto/rand;
// after the characters that are required, each is drawn from all that are allowed with equal chances, and then all of them
// change places at random.
//
// # Errors
//
// An [*Error] has one of these codes. bad-input, bad-state: something in the document is wrong. not-rotated: the document
// has no password yet. save-conflict, save-uncertain: the document was changed by another, or could not be written.
//
// # Events
//
// nothing-due, no-op, adopted or rotated ends a run that has no error.
package password
