#compdef esc
# Completion of esc for zsh.
_esc() {
    local -a candidates
    candidates=("${(@f)$("${words[1]}" __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}")
    candidates=("${(@)candidates:#}")
    if (( $#candidates )); then
        compadd -- "${(@)candidates}"
    else
        _files
    fi
}
if [[ "${funcstack[1]}" == _esc ]]; then # loaded by its first use
    _esc "$@"
else
    compdef _esc esc
fi
