# Completion of esc for fish.
function __esc_complete
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    $words[1] __complete -- $words[2..-1] "$current" 2>/dev/null
end
complete -c esc -f -a '(__esc_complete)'
complete -c esc -l key -l file -r -F
