package main

import (
	_ "embed"
	"io"
	"os"
)

type completionCmd struct {
	Shell string `arg:"" enum:"bash,zsh,fish" help:"One of bash, zsh, fish."`
}

func (c *completionCmd) Help() string {
	return `The script asks esc for commands, flags, environments and the paths of their values. No provider is called for that, and
nothing is decrypted. For one session, and for all:

    source <(esc completion bash)
    esc completion bash > ~/.local/share/bash-completion/completions/esc
    esc completion zsh > "${fpath[1]}/_esc"
    esc completion fish > ~/.config/fish/completions/esc.fish`
}

// The scripts pass on the words of the command line up to the cursor.
var (
	//go:embed completion/esc.bash
	bashCompletion string
	//go:embed completion/esc.zsh
	zshCompletion string
	//go:embed completion/esc.fish
	fishCompletion string
)

func (c *completionCmd) Run() error {
	scripts := map[string]string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}
	_, err := io.WriteString(os.Stdout, scripts[c.Shell])
	return err
}
