// Package git keeps environments in a git repository: a directory of its work tree holds them as files, as [eval.Dir] has
// them, and its history holds their revisions.
//
//	e := &eval.Evaluator{Loader: &git.Store{Dir: "environments", Commit: true}}
//	env, err := e.Open(ctx, "myapp/dev@v1.2") // as it was at the tag v1.2
//
// A name without a version means the file as it is now, committed or not. ENV@REV is the environment at a revision, which
// nobody can change: a tag, a branch, HEAD or the id of a commit, abbreviated or not. What such a document imports or refers
// to is opened at the same revision, unless it names another. Names of environments allow letters, digits, "_", "." and "-"
// in REV; a branch with a slash in its name, or HEAD~1, can be opened by the id of its commit. A revision that moves while an
// environment is being opened, such as a branch, may be met at both ends; tags and commits do not move.
//
// The text of a revision is what was committed, without the filters and line ends that git may apply when it writes files.
// Symbolic links are not followed in revisions.
//
// The package runs the git program, 2.30 or later, and not a library: hooks, signatures, attributes and the owner's
// configuration then mean what they mean at the terminal, and no program that embeds the package links a second git.
// Everything that documents can choose reaches git in a place where it can be neither an option nor a pathspec nor a
// range. Texts never pass through its arguments.
package git
