// Package awsget is what the providers share that get values by name from a store of AWS: the inputs around the names, the
// errors, and calls that run at once.
package awsget
