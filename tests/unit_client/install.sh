#!/bin/sh
# install.sh CMAKE BUILD SOURCE CC: installs the library's part into a directory of its own and builds a program with it.
set -eu
cmake=$1 build=$2 source=$3 cc=$4
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
"$cmake" --install "$build" --component libsockd --prefix "$dir/usr" >/dev/null

flags=$(grep '^CMAKE_C_FLAGS:' "$build/CMakeCache.txt" | cut -d= -f2-)
PKG_CONFIG_PATH=$(dirname "$(find "$dir" -name libsockd.pc)")
export PKG_CONFIG_PATH
pc() {
    pkg-config --define-variable=prefix="$dir/usr" "$@" libsockd
}
lib=$(pc --variable=libdir)
test -e "$lib/libsockd.so.0" -a -e "$lib/libsockd.a"

check() {
    said=$(LD_LIBRARY_PATH=$lib "$1")
    test "$said" = "cannot connect to sockd at /nonexistent/sockd.sock: No such file or directory"
    echo "$2: $said"
}
# shellcheck disable=SC2046,SC2086
"$cc" $flags -std=c11 -Wall -Wextra -Wpedantic -Werror "$source/program.c" -o "$dir/pc" $(pc --cflags --libs)
check "$dir/pc" pkg-config

"$cmake" -S "$source" -B "$dir/build" -DCMAKE_C_COMPILER="$cc" -DCMAKE_C_FLAGS="$flags" -DCMAKE_PREFIX_PATH="$dir/usr" >/dev/null
"$cmake" --build "$dir/build" >/dev/null
check "$dir/build/outside" cmake
check "$dir/build/outside_static" "cmake, static"

if command -v g++ >/dev/null; then
    # shellcheck disable=SC2046,SC2086
    g++ -std=c++11 -Wall -Wextra -Wpedantic -Werror -x c++ -fsyntax-only "$source/program.c" $(pc --cflags)
    echo "C++: compiles"
fi
