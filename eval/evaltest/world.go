package evaltest

import "github.com/escapement-go/escapement/eval"

// A World is what one variant of a [Case] is evaluated in, for tests of other things than its outcome.
type World struct {
	Evaluator *eval.Evaluator
	Files     map[string]string // the texts of the environments, by name
}

// Worlds returns a World for each variant of the case.
func (c *Case) Worlds() ([]World, error) {
	var worlds []World
	for _, v := range c.variants {
		s, err := v.setup()
		if err != nil {
			return nil, err
		}
		s.op = "check"
		m := s.machine(0, nil)
		if m.err != nil {
			return nil, m.err
		}
		worlds = append(worlds, World{m.Evaluator, s.files})
	}
	return worlds, nil
}
