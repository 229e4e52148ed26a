#!/bin/sh
# Gives the program scripts that are none, and expects it to say so.
set -u
differential=$1
file=$(mktemp)
trap 'rm -f "$file"' EXIT
failed=0

refused() { # STEPS TEXT: a case of these steps ends the program with 2 and this text
    printf '{"cases": [{"name": "wrong", "steps": %s}]}\n' "$1" > "$file"
    status=0
    printed=$("$differential" cases "$file" 2>&1) || status=$?
    if [ "$status" -ne 2 ] || [ "$printed" != "wrong: $2" ]; then
        printf 'expected status 2 and "wrong: %s", got status %s and:\n%s\n' "$2" "$status" "$printed"
        failed=1
    fi
}

steps='a case has a name and an array of steps, at most 64'
of='"of" must be a name, {"of": NAME, ...}, or an array of those that is not empty'
refused '{}' "$steps"
refused '"connect"' "$steps"
refused '[[]]' 'this is no step: [ ]'
refused '[["fly"]]' 'this is no step: [ "fly" ]'
refused '[["connect", 1, 2]]' 'this is no step: [ "connect", 1, 2 ]'
refused '[["status", {"of": []}]]' "status: $of"
refused '[["status", {"of": ["s", []]}]]' "status: $of"
refused '[["status", {"of": [{"direction": "input"}]}]]' "status: $of"
refused '[["close", 7]]' "close: $of"

[ "$failed" -eq 0 ] && echo 'every fault was told'
exit "$failed"
