package main

import (
	"github.com/escapement-go/escapement/providers"
	"github.com/escapement-go/escapement/rotators"
	"github.com/escapement-go/escapement/schema"
)

// inputs are what a document says of a rotation.
type inputs struct {
	Admin schema.Secret `json:"admin"` // the token that may make and remove tokens
}

// A state is what a document remembers.
type state struct {
	Current  *token   `json:"current"`
	Previous *token   `json:"previous"`
	Doomed   []string `json:"doomed"` // names of tokens that are to be removed if they exist
}

func decode(req *rotators.Request) (in inputs, old state, err error) {
	if err = req.Decode(&in); err != nil {
		return in, old, err
	}
	saved := providers.Request{Inputs: req.State} // a state is plain data, as inputs are
	return in, old, saved.Decode(&old)
}

// data returns the state as plain data, to be saved.
func (s *state) data() map[string]any {
	data := map[string]any{}
	if s.Current != nil {
		data["current"] = s.Current.data()
	}
	if s.Previous != nil {
		data["previous"] = s.Previous.data()
	}
	if len(s.Doomed) > 0 {
		names := make([]any, len(s.Doomed))
		for i, name := range s.Doomed {
			names[i] = name
		}
		data["doomed"] = names
	}
	return data
}
