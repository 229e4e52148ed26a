# shellcheck shell=bash
# What run and .ci/run share: installing what is missing, building. To be sourced by bash, from the top of the repository.

PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin

say() { printf '%s\n' "$*" >&2; }

# Whether what the third column of scripts/packages names is there.
is_there() {
    case $1 in
    file:*) compgen -G "${1#file:}" >/dev/null ;;
    pkg:*) pkg-config --exists "${1#pkg:}" 2>/dev/null ;;
    *) command -v "$1" >/dev/null ;;
    esac
}

# Prints "PACKAGE why" for each package of these groups that is not there.
missing() {
    local group package evidence why
    while read -r group package evidence why; do
        [[ " $* " == *" $group "* ]] || continue
        is_there "$evidence" || printf '%s\t%s\n' "$package" "$why"
    done < <(grep -v '^#' scripts/packages) | sort -u
}

# Runs a command as root: as it is, or through sudo. Fails where neither is possible.
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null; then sudo "$@"; else return 1; fi
}

# Installs packages without starting what they would start by themselves, now or at the next boot: nobody asked for a web
# server on port 80.
install_packages() (
    guard=/usr/sbin/policy-rc.d
    if ! as_root test -e $guard; then
        trap 'as_root rm -f $guard' EXIT
        printf '#!/bin/sh\nexit 101\n' | as_root install -m 755 /dev/stdin $guard
    fi
    as_root env DEBIAN_FRONTEND=noninteractive sh -c '
        apt-get install -qy --no-install-recommends "$@" || { apt-get update -q && apt-get install -qy --no-install-recommends "$@"; }
    ' apt "$@" >build/install.log 2>&1 </dev/null || exit 1
    [ ! -d /run/systemd/system ] || dpkg -L "$@" | sed -n 's#.*/systemd/system/\([^/@]*\.service\)$#\1#p' |
        as_root xargs -r systemctl disable -q >>build/install.log 2>&1 || true
)

# Sees to it that everything that these groups of scripts/packages need is there.
need() {
    local lines packages
    lines=$(missing "$@")
    [ -n "$lines" ] || return 0
    mapfile -t packages < <(cut -f1 <<<"$lines")
    if ! command -v apt-get >/dev/null || ! as_root true; then
        say "Missing, and this can only be installed by apt-get, as root or with sudo (the names are Debian's):"
        say "$(expand -t 20 <<<"$lines")"
        exit 1
    fi
    say "installing ${packages[*]}"
    mkdir -p build
    if ! install_packages "${packages[@]}"; then
        tail -n 20 build/install.log >&2
        say "apt-get failed; the whole of what it said is in build/install.log"
        exit 1
    fi
    lines=$(missing "$@")
    [ -z "$lines" ] || { say "Still missing after the installation:" && say "$lines" && exit 1; }
}

# [target=NAME] build PRESET [CMAKE-ARGUMENT...]: builds what has changed in build/PRESET, all of it or only that target. Quiet
# unless something is wrong.
build() {
    local preset=$1 tree=build/$1
    shift
    if [ $# -gt 0 ] || [ ! -e "$tree/build.ninja" ]; then
        say "configuring and building $tree"
        mkdir -p build
        cmake --preset "$preset" "$@" >"build/$preset.log" 2>&1 || { cat "build/$preset.log" >&2 && return 1; }
    fi
    ninja -C "$tree" -j "$(nproc)" --quiet "${target:-all}" 2>&1 | { grep -v '^ninja: no work to do\.$' || true; } >&2
}

# counts LOG: "PASSED FAILED" of a run of ctest, from its LastTest.log. A Check suite counts its cases, any other test is one;
# a program that fails without a failed case (a leak, a crash) is one failure more.
counts() {
    awk '
    /^[0-9]+%: Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+$/ {
        gsub(/,/, "")
        cases += $3
        bad += $5 + $7
    }
    /^Test (Passed|Failed)\.$/ {
        if ($2 == "Passed.") { passed += cases ? cases - bad : 1; failed += bad }
        else { passed += cases - bad; failed += bad ? bad : 1 }
        cases = bad = 0
    }
    END { print passed + 0, failed + 0 }' "$1"
}

# test_tree PRESET [CTEST-ARGUMENT...]: runs the tests of a build tree, two at a time, and prints how many passed and failed.
test_tree() {
    local preset=$1 status=0 passed failed
    shift
    # what a sanitizer finds is told by a status that no program has of its own
    local -x ASAN_OPTIONS=exitcode=99:detect_stack_use_after_return=1 UBSAN_OPTIONS=print_stacktrace=1:exitcode=99
    local -x LSAN_OPTIONS=suppressions=$PWD/tests/leaks.txt:print_suppressions=0
    local -x CK_DEFAULT_TIMEOUT=60 # seconds for a case of Check's: others may be busy on this machine, too
    ctest --test-dir "build/$preset" -j2 --output-on-failure --no-tests=error --no-label-summary "$@" </dev/null || status=$?
    read -r passed failed < <(counts "build/$preset/Testing/Temporary/LastTest.log")
    echo
    echo "$passed passed, $failed failed"
    [ "$status" = 0 ] && [ "$failed" = 0 ]
}
