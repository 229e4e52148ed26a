#!/bin/sh
# Shows the program tests with one fault each, and expects it to name that one; and the tests as they are.
set -eu
behaviour=$1
tests=$(cd "$(dirname "$0")/.." && pwd)
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failed=0

sound() { # a copy of all that is read
    rm -rf "${tree:?}"/*
    for folder in "$tests"/*/; do
        name=$(basename "$folder")
        mkdir "$tree/$name"
        cp "$folder"/*.c "$tree/$name" 2>/dev/null || true
    done
    cp -r "$tests/differential/cases" "$tree/differential"
    cp -r "$tests/behaviour/statements" "$tree/behaviour"
}

expect() { # STATUS TEXT: runs the program over the copy; it must end so, and print a line with this text
    status=0
    printed=$("$behaviour" check "$tree" 2>&1) || status=$?
    if [ "$status" -ne "$1" ] || ! printf '%s\n' "$printed" | grep -qF -- "$2"; then
        printf 'expected status %s and "%s", got status %s and:\n%s\n' "$1" "$2" "$status" "$printed"
        failed=1
    fi
}

broken() { # FILE EDIT STATUS TEXT: makes one change to a sound copy
    sound
    sed -i "$2" "$tree/$1"
    if cmp -s "$tree/$1" "$tests/$1"; then
        printf '%s: nothing was changed by %s\n' "$1" "$2"
        failed=1
    fi
    expect "$3" "$4"
}

sound
expect 0 ', 0 faults'
broken system/suite_status.c 's/status-urgent-data/status-nothing/' 1 'status-urgent-data: no test shows this statement'
broken system/suite_status.c 's/status-urgent-data/status-nothing/' 1 'urgent_data_is_no_error: there is no statement status-nothing'
broken differential/cases/shutdown.json 's/"shutdown-input-does-not-flush"/"shutdown"/' 1 'input does not flush: there is no statement shutdown'
broken system/suite_status.c '/shows: status-urgent-data/a static int between;' 2 'does not stand right above a case'
broken behaviour/statements/status.json 's/"status-server"/"status-idle"/' 1 'status-idle: there are two statements of this id'
broken behaviour/statements/output.json 's/"clear-output"/"clear-outpout"/' 1 'output-clear: there is no method clear-outpout'
broken behaviour/statements/status.json 's/"of": \["socket-status"\]/"of": []/' 1 'status-idle: this statement is about no method'

[ "$failed" -eq 0 ] && echo 'every fault was named'
exit "$failed"
