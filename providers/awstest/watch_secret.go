package awstest

import "encoding/json"

// holds returns the id of the access key that the consumers of the watched secret get, empty if it has none.
func (w *Watch) holds() string {
	if w.Secret == "" {
		return ""
	}
	kept := w.sim.keptSecret(w.sim.options.Region, w.Secret)
	if kept == nil {
		return ""
	}
	v := kept.staged(stageCurrent)
	if v == nil || v.text == nil {
		return ""
	}
	var key struct {
		AccessKeyID string `json:"accessKeyId"`
	}
	_ = json.Unmarshal([]byte(*v.text), &key) // what is no key is somebody else's
	return key.AccessKeyID
}

// serves tells whether the key that the watched secret holds is alive.
func (w *Watch) serves() bool {
	k := w.sim.keys[w.holds()]
	return k != nil && k.alive()
}
