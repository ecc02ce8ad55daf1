// Package iamuser is what the rotators of an IAM user's credentials share: inputs, the error, one run's surroundings (its
// clocks, calls, saves and events), and reading and writing the state. What is rotated, and in which order, is each
// rotator's own.
package iamuser
