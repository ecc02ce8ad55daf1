// Package syntax is the grammar of environment documents: what a document's text says before anything in it is looked
// up, loaded or called.
//
// It turns the nodes of package yamltext into expressions, strings into their literal text and the paths of their
// interpolations, and names of environments into their canonical form. Everything here is a pure function of its
// arguments, takes time linear in their length, never panics, and may be called by any number of goroutines.
package syntax
