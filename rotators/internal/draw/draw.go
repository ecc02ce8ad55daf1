// Package draw draws the characters of passwords at random.
package draw

import (
	"fmt"
	"io"
)

// The alphabets of the usual classes. The special characters are some of those that AWS counts as symbols; those are left
// out that documents read ($, { and }) and the quotes of shells.
const (
	Lower   = "abcdefghijklmnopqrstuvwxyz"
	Upper   = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	Digits  = "0123456789"
	Special = "!@#%^&*()_+-=[]|"
)

// Below returns a number from 0 to n-1, each as likely as any other, where n is from 1 to 65536. The error says that random
// has failed, which that of crypto/rand never does.
func Below(random io.Reader, n int) (int, error) {
	const values = 1 << 16
	for {
		var b [2]byte
		if _, err := io.ReadFull(random, b[:]); err != nil {
			return 0, fmt.Errorf("there are no random numbers: %w", err)
		}
		// One that would favour the first numbers is thrown away.
		if drawn := int(b[0])<<8 | int(b[1]); drawn < values-values%n {
			return drawn % n, nil
		}
	}
}

// From returns a character of an alphabet of ASCII, each as likely as any other.
func From(random io.Reader, alphabet string) (byte, error) {
	i, err := Below(random, len(alphabet))
	return alphabet[i], err
}
