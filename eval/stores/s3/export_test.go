package s3

import "time"

// Hasty makes a store that waits next to nothing between two tries.
func (s *Store) Hasty() *Store {
	s.pause = time.Microsecond
	return s
}
