#!/bin/sh
# Reads every #include below ROOT (default: the repository) and says which one breaks the order of the layers, and how.
#
# The tables below are the order: what each folder may include of the others, and who may know a library. A folder that
# stands in no row is a fault too, so that a new one has to be given its place.
set -eu
root=${1:-$(dirname "$0")/../..}
cd "$root"

find proto daemon client -type f \( -name '*.c' -o -name '*.h' -o -name '*.def' \) 2>/dev/null | sort | awk '
function layer(from, to) { order[++layers] = from; may[from] = " " from " " to " " }
function library(prefix, who) { libraries[++known] = prefix; users[prefix] = who }

BEGIN {
    layer("proto",           "")
    layer("daemon/base",     "proto")
    layer("daemon/sockets",  "proto daemon/base")
    layer("daemon/control",  "proto daemon/base daemon/sockets")
    layer("daemon/methods",  "proto daemon/base daemon/sockets daemon/control")
    layer("daemon/server_parts", "proto daemon/base daemon/sockets daemon/control")
    layer("daemon/reload",   "proto daemon/base daemon/sockets daemon/control daemon/server_parts")
    layer("daemon/server",   "proto daemon/base daemon/sockets daemon/control daemon/methods daemon/server_parts")
    layer("daemon/configuration_page", "proto daemon/base")
    layer("daemon/main",     "proto daemon/base daemon/sockets daemon/control daemon/methods daemon/server")
    layer("client/include",  "proto/include")
    layer("client/lib",      "proto client/include")
    layer("client/sockctl",  "proto client/include client/lib")
    layer("client/examples", "client/include proto/include")

    library("event2/", "^daemon/")               # only the daemon has an event loop
    library("json-c/", "^(daemon/|client/sockctl/|proto/docgen)") # the protocol and libsockd need nothing but libc
}

# The layer that a file belongs to. What wires the daemon stands in daemon/ itself, each file a layer of its own.
function layer_of(file,    name) {
    if (file ~ /^daemon\/[^\/]*$/) {
        name = file
        sub(/\.[^.]*$/, "", name)
        return name in may ? name : ""
    }
    for (i = 1; i <= layers; i++)
        if (index(file, order[i] "/") == 1)
            return order[i]
    return ""
}

function allowed(from, target,    to) {
    to = target ~ /^proto\/include\// && from != "proto" ? "proto/include" : layer_of(target)
    return index(may[from], " " to " ") || (to == "proto/include" && index(may[from], " proto "))
}

# The file of the tree that a name in an #include means: the one beside the includer, else the only one of that name that it
# may include, else any other, which is a fault.
function target_of(file, name,    from, beside, path, found, foreign) {
    beside = file
    sub(/[^\/]*$/, name, beside)
    if (beside in exists)
        return beside
    from = layer_of(file)
    for (path in exists)
        if (substr(path, length(path) - length(name)) == "/" name) {
            if (!allowed(from, path))
                foreign = path
            else if (found != "")
                return "?" found " and " path
            else
                found = path
        }
    return found != "" ? found : foreign
}

function fault(file, line, text) {
    printf "%s:%d: %s\n", file, line, text
    faults++
}

function check(file, line, name, quoted,    from, target) {
    from = layer_of(file)
    if (quoted && name ~ /\//) {
        fault(file, line, "\"" name "\": includes are flat: a layer'"'"'s folder is found by its target, not by a path")
        return
    }
    for (k = 1; k <= known; k++)
        if (index(name, libraries[k]) == 1 && file !~ users[libraries[k]])
            fault(file, line, "<" name ">: " from " may not know " libraries[k] "*")
    if (!quoted && name !~ /^sockd\//)
        return
    target = target_of(file, name)
    if (target == "") {
        fault(file, line, name ": no such file in the tree")
    } else if (target ~ /^\?/) {
        fault(file, line, name ": ambiguous: " substr(target, 2))
    } else {
        included++
        if (!allowed(from, target))
            fault(file, line, name ": " from " may not include " layer_of(target))
    }
}

{ files[++count] = $0; exists[$0] = 1 }

END {
    for (f = 1; f <= count; f++) {
        file = files[f]
        if (layer_of(file) == "") {
            fault(file, 1, "stands in no layer: give its folder a row in tests/layers/layers.sh")
            continue
        }
        for (line = 1; (getline text < file) > 0; line++)
            if (match(text, /^[ \t]*#[ \t]*include[ \t]*["<][^">]*/)) {
                name = substr(text, RSTART, RLENGTH)
                quoted = name ~ /"/
                sub(/^[^"<]*["<]/, "", name)
                check(file, line, name, quoted)
            }
        close(file)
    }
    printf "%d files, %d includes between them, %d faults\n", count, included, faults
    exit faults > 0 || included == 0
}'
