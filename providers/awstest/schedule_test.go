package awstest_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/escapement-go/escapement/providers/awstest"
)

// TestInterleavings counts sequences of choices: two lines of n and m steps have (n+m)!/(n!m!) orders.
func TestInterleavings(t *testing.T) {
	for _, c := range []struct{ n, m, want int }{{1, 1, 2}, {2, 2, 6}, {3, 2, 10}, {4, 4, 70}, {0, 5, 1}} {
		orders := map[string]bool{}
		got := awstest.Interleavings(0, func(choose func(int) int) {
			a, b, order := c.n, c.m, ""
			for a+b > 0 {
				if b == 0 || a > 0 && choose(2) == 0 {
					a, order = a-1, order+"a"
				} else {
					b, order = b-1, order+"b"
				}
			}
			orders[order] = true
		})
		if c.n > 0 && (got != c.want || len(orders) != c.want) {
			t.Errorf("%d and %d steps: %d runs, %d orders, want %d", c.n, c.m, got, len(orders), c.want)
		}
	}
	if got := awstest.Interleavings(3, func(choose func(int) int) { choose(10) }); got != 3 {
		t.Errorf("%d runs with a limit of 3", got)
	}
}

// TestSchedule runs two rotations of the same document in every order of their steps. With a document that compares
// before it replaces nothing breaks; one that the last writer wins breaks.
func TestSchedule(t *testing.T) {
	for _, members := range [][]string{{"current"}, {"current", "previous"}} {
		for _, lastWins := range []bool{false, true} {
			broken, orders := 0, map[string]bool{}
			count := awstest.Interleavings(0, func(choose func(int) int) {
				s := newStage(t, members, 0)
				order := s.race(lastWins, choose)
				orders[order] = true
				if len(s.broke) > 0 {
					broken++
				}
				if !lastWins && len(s.broke) > 0 {
					t.Fatalf("%v\n%s\n%s", s.broke, order, s.sim.Trace())
				}
			})
			if count != len(orders) || count < 20 || (broken > 0) != lastWins {
				t.Errorf("%v, last wins %v: %d runs, %d orders, %d broken", members, lastWins, count, len(orders), broken)
			}
			t.Logf("%v, last writer wins %v: %d interleavings, %d broken", members, lastWins, count, broken)
		}
	}
}

// race runs two rotations in the order that choose decides, and returns it.
func (s *stage) race(lastWins bool, choose func(int) int) (order string) {
	schedule := s.sim.Schedule(func(waiting []awstest.Waiting) int {
		i := 0
		if len(waiting) > 1 {
			i = choose(len(waiting))
		}
		order += waiting[i].Name + " " + waiting[i].Action + "\n"
		return i
	})
	for _, name := range []string{"a", "b"} {
		state, save := s.doc.Begin()
		if lastWins {
			save = func(_ context.Context, state any) error {
				_, anyway := s.doc.Begin()
				return anyway(context.Background(), state)
			}
		}
		schedule.Go(name, func(r *awstest.Run) error {
			return (&rotation{r: r, login: s.sim.Credentials("admin"), state: state, save: r.Save(save)}).rotate()
		})
	}
	schedule.Wait()
	return order
}

// TestScheduleHTTP schedules runs that call over HTTP, one of which crashes.
func TestScheduleHTTP(t *testing.T) {
	sim := awstest.New(t, awstest.Options{})
	schedule := sim.Schedule(func(waiting []awstest.Waiting) int { return len(waiting) - 1 })
	for _, name := range []string{"a", "b"} {
		schedule.Go(name, func(r *awstest.Run) error {
			if name == "b" {
				r.CrashAfter(1)
			}
			client := iam.NewFromConfig(r.Config(sim.Credentials("admin")))
			for range 2 {
				if _, err := client.GetUser(context.Background(), &iam.GetUserInput{UserName: aws.String("app")}); err != nil {
					return err
				}
			}
			return nil
		})
	}
	schedule.Wait()
	var runs []string
	for _, c := range sim.Calls() {
		runs = append(runs, c.Run)
	}
	if !slices.Equal(runs, []string{"b", "a", "a"}) {
		t.Error(runs)
	}
}

// TestScheduledQuota enumerates two creations with a racy quota, which is exceeded exactly when they overlap.
func TestScheduledQuota(t *testing.T) {
	for _, racy := range []bool{false, true} {
		exceeded := 0
		count := awstest.Interleavings(0, func(choose func(int) int) {
			sim := awstest.New(t, awstest.Options{RacyQuota: racy})
			schedule := sim.Schedule(func(waiting []awstest.Waiting) int { return choose(len(waiting)) })
			for _, name := range []string{"a", "b"} {
				schedule.Go(name, func(r *awstest.Run) error {
					_, err := r.IAM(sim.Credentials("admin")).CreateAccessKey(context.Background(), &iam.CreateAccessKeyInput{UserName: aws.String("app")})
					return err
				})
			}
			schedule.Wait()
			if len(sim.Keys("app")) > 2 {
				exceeded++
			}
		})
		if (exceeded > 0) != racy || exceeded == count {
			t.Errorf("racy %v: exceeded in %d of %d", racy, exceeded, count)
		}
	}
}

// TestSchedulePanics repeats a panic of a scheduled run where it can be seen.
func TestSchedulePanics(t *testing.T) {
	defer func() {
		if p := fmt.Sprint(recover()); !strings.Contains(p, "mine") {
			t.Errorf("recovered %s", p)
		}
	}()
	sim := awstest.New(t, awstest.Options{})
	schedule := sim.Schedule(func([]awstest.Waiting) int { return 99 })
	schedule.Go("a", func(*awstest.Run) error { panic("mine") })
	schedule.Wait()
}
