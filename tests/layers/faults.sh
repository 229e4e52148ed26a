#!/bin/sh
# Shows layers.sh trees with one fault each, and expects it to name that one; and one tree without a fault.
set -eu
layers=$(cd "$(dirname "$0")" && pwd)/layers.sh
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
failed=0

plant() { # FILE LINE...: puts a file of these lines into the tree
    mkdir -p "$tree/$(dirname "$1")"
    file=$tree/$1
    shift
    printf '%s\n' "$@" >"$file"
}

sound() { # a small tree that keeps every rule
    rm -rf "${tree:?}"/*
    plant proto/scan.h '#pragma once'
    plant proto/include/sockd/values.h '#include <stdint.h>'
    plant daemon/base/log.h '#include <event2/event.h>'
    plant daemon/sockets/stream.h '#include "log.h"' '#include "scan.h"'
    plant daemon/server.h '#include "stream.h"'
    plant daemon/main.c '#include "server.h"'
    plant client/include/sockd/sockd.h '#include <sockd/values.h>'
    plant client/lib/call.h '#include "scan.h"' '#include <sockd/sockd.h>'
    plant client/sockctl/print.h '#include <json-c/json.h>' '#include <sockd/sockd.h>'
    plant client/examples/wget.c '#include <sockd/sockd.h>'
}

expect() { # STATUS TEXT: runs layers.sh over the tree; it must end so, and print a line with this text
    status=0
    printed=$("$layers" "$tree") || status=$?
    if [ "$status" -ne "$1" ] || ! printf '%s\n' "$printed" | grep -qF -- "$2"; then
        printf 'expected status %s and "%s", got status %s and:\n%s\n' "$1" "$2" "$status" "$printed"
        failed=1
    fi
}

broken() { # FILE INCLUDE TEXT: adds one include to a sound tree
    sound
    plant "$1" "#include $2"
    expect 1 "$1:1: $3"
}

sound
expect 0 ' 0 faults'
broken daemon/base/fd.c '"stream.h"' 'stream.h: daemon/base may not include daemon/sockets'
broken daemon/sockets/dial.c '"server.h"' 'server.h: daemon/sockets may not include daemon/server'
broken daemon/server.c '"call.h"' 'call.h: daemon/server may not include client/lib'
broken proto/scan.c '"log.h"' 'log.h: proto may not include daemon/base'
broken proto/scan.c '<json-c/json.h>' '<json-c/json.h>: proto may not know json-c/*'
broken client/lib/open.c '<event2/event.h>' '<event2/event.h>: client/lib may not know event2/*'
broken client/lib/open.c '<json-c/json.h>' '<json-c/json.h>: client/lib may not know json-c/*'
broken client/lib/open.c '"stream.h"' 'stream.h: client/lib may not include daemon/sockets'
broken client/sockctl/main.c '<event2/event.h>' '<event2/event.h>: client/sockctl may not know event2/*'
broken client/sockctl/main.c '"log.h"' 'log.h: client/sockctl may not include daemon/base'
broken client/examples/wput.c '"scan.h"' 'scan.h: client/examples may not include proto'
broken client/include/sockd/more.h '"scan.h"' 'scan.h: client/include may not include proto'
broken daemon/sockets/dial.c '"../base/log.h"' '"../base/log.h": includes are flat'
broken daemon/sockets/dial.c '"nowhere.h"' 'nowhere.h: no such file in the tree'
broken daemon/extra/more.c '"scan.h"' 'stands in no layer'

sound
plant daemon/base/scan.h '#pragma once'
expect 1 'daemon/sockets/stream.h:2: scan.h: ambiguous'

sound
plant client/lib/log.h '#pragma once'
plant client/lib/more.c '#include "log.h"'
expect 0 ' 0 faults'
exit $failed
