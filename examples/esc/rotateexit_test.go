package main

import (
	"context"
	"strings"
	"testing"

	"github.com/escapement-go/escapement/eval"
	"github.com/escapement-go/escapement/rotators"
)

// TestLeftUndone makes sure that what is due and not done shows, and counts, with --due only.
func TestLeftUndone(t *testing.T) {
	rotation := &eval.Rotation{Environment: &eval.Environment{Name: "shop/app"}, Results: []eval.RotationResult{
		{Path: "keys", Status: eval.Succeeded, Left: []rotators.Action{{Kind: "delete", AccessKeyID: "AK1", Why: "it is old"}}},
		{Path: "more", Status: eval.Succeeded},
	}}
	var out strings.Builder
	if code := new(cli).report(&out, exitError{leftUndone(rotation), rotateExit(rotation)}); code != 3 ||
		out.String() != "error: shop/app: keys: due and not done: delete  AK1  it is old\n" {
		t.Errorf("%d %s", code, &out)
	}
	for due, want := range map[bool]int{true: 3, false: 0} {
		s := &summary{g: new(cli)}
		if code := s.add(context.Background(), rotation, nil, due); code != want || s.code != want {
			t.Errorf("due %v: %d, %d", due, code, s.code)
		}
	}
}
