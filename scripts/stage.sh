# shellcheck shell=bash
# shellcheck disable=SC2034 # whoever sources it uses the rest
# What the demos share: steps that are shown and checked, in a room of their own, of which nothing is left behind however they
# end. To be sourced by bash.

room=$(mktemp -d /tmp/sockd-demo.XXXXXX)
here=() nginx_pid='' sockd_pid=''

step() { printf '\n%s\n' "$*"; }
fail() {
    printf '\ndemo: failed: %s\n' "$*" >&2
    exit 1
}

# place WORD COMMAND...: shows the command, runs it there, shows what it printed: $printed, $status.
place() {
    local -n prefix=$1
    printf '  %6s $ %s\n' "${1#here}" "$(quoted "${@:2}")"
    status=0
    printed=$("${prefix[@]}" "${@:2}" 2>&1) || status=$?
    [ -z "$printed" ] || printf '           %s\n' "${printed//$'\n'/$'\n           '}"
}

# The words as one would type them.
quoted() {
    local word line=''
    for word in "$@"; do
        [[ $word =~ ^[A-Za-z0-9_.,/:=-]+$ ]] || word=${word@Q}
        line+=" $word"
    done
    printf '%s' "${line:1}"
}

# until_it COMMAND...: waits until the command succeeds, ten seconds at most.
until_it() {
    local end=$((SECONDS + 10))
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.02
    done
}

# stop PID: asks a process to end, and waits until it has, or makes it; the status is the process's.
stop() {
    kill -TERM "$1" 2>/dev/null || true
    until_it ended "$1" || kill -KILL "$1"
    wait "$1" 2>/dev/null
}
ended() { ! kill -0 "$1"; }

cleanup() {
    local status=$?
    trap - EXIT
    trap '' INT TERM HUP
    [ -z "$sockd_pid" ] || stop "$sockd_pid" || true
    [ -z "$nginx_pid" ] || stop "$nginx_pid" || true
    cd /
    rm -rf "$room"
    exit $status
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
