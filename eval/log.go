package eval

// maxLogged bounds the errors that the log of an operation shows, since each has to be scrubbed by itself.
const maxLogged = 100

// log notes that something from outside has answered.
func (o *operation) log(what, key, name string, err error) {
	switch {
	case o.Logger == nil:
	case err == nil:
		o.Logger.DebugContext(o.ctx, what, key, name)
	case o.logged == maxLogged:
		o.Logger.DebugContext(o.ctx, what, key, name, "error", "see the diagnostics")
	default:
		o.logged++
		o.Logger.DebugContext(o.ctx, what, key, name, "error", scrubbed(outsideText(err), o.secrets))
	}
}
