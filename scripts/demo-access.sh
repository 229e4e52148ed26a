#!/usr/bin/env bash
# demo-access.sh BUILD-TREE: a program in an empty network namespace, of whose daemon it sees nothing but one socket file, reaches
# the one host that its profile names, and nothing else.
#
# Every step is checked, and nothing is left behind, however this ends.
set -euo pipefail

page='The one page that may be read.'
room=$(mktemp -d /tmp/sockd-demo-access.XXXXXX)
nginx_pid='' sockd_pid=''

step() { printf '\n%s\n' "$*"; }
fail() {
    printf '\ndemo: failed: %s\n' "$*" >&2
    exit 1
}
until_it() {
    local end=$((SECONDS + 10))
    until "$@" >/dev/null 2>&1; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.02
    done
}
stop() {
    kill -TERM "$1" 2>/dev/null || true
    wait "$1" 2>/dev/null
}
cleanup() {
    local status=$?
    trap - EXIT
    [ -z "$sockd_pid" ] || stop "$sockd_pid" || true
    [ -z "$nginx_pid" ] || stop "$nginx_pid" || true
    cd /
    rm -rf "$room"
    exit $status
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

cmake --install "$1" --prefix "$room/usr" >/dev/null
export no_proxy='*' PATH=$room/usr/bin:$PATH:/usr/sbin:/sbin
mkdir -p "$room"/{work/p,box}
touch "$room/box/web.sock"

# inside COMMAND...: without a network, and with the daemon's folder hidden but for p/web.sock. Shows the command and what it
# printed: $printed, $status.
inside() {
    printf '  inside $ %s\n' "$*"
    status=0
    # shellcheck disable=SC2016 # the inner shell expands it
    printed=$(unshare --user --map-root-user --net --mount sh -ec '
        mount --bind "$1/work/p/web.sock" "$1/box/web.sock"
        mount -t tmpfs none "$1/work"
        export SOCKD_SOCKET=$1/box/web.sock
        shift
        exec "$@"' inside "$room" "$@" 2>&1) || status=$?
    [ -z "$printed" ] || printf '           %s\n' "${printed//$'\n'/$'\n           '}"
}
denied() {
    inside sockctl "$@"
    [[ $status != 0 && $printed == *"does not allow it"* ]] || fail 'that should have been denied'
}

# ---- the outside ----

cd "$room/work"
mkdir www temp
printf '%s\n' "$page" >www/page.txt
answers() { [ "$(curl -s "http://127.0.0.1:$port/page.txt")" = "$page" ] || ! kill -0 "$nginx_pid"; }
for _ in 1 2 3 4 5; do
    port=$((20000 + RANDOM % 6000)) other=$((26000 + RANDOM % 6000))
    cat >nginx.conf <<END
daemon off;
worker_processes 1;
pid nginx.pid;
error_log nginx.log;
events { worker_connections 64; }
http {
    access_log off;
    client_body_temp_path temp; proxy_temp_path temp; fastcgi_temp_path temp; uwsgi_temp_path temp; scgi_temp_path temp;
    server { listen 127.0.0.1:$port; listen 127.0.0.1:$other; root $room/work/www; }
}
END
    chmod -R go+rX "$room"
    nginx -p . -c nginx.conf 2>/dev/null &
    nginx_pid=$!
    until_it answers && kill -0 "$nginx_pid" 2>/dev/null && break
    nginx_pid=''
done
[ -n "$nginx_pid" ] || fail "nginx does not start: $(tail -n 3 nginx.log)"

cat >sockd.json <<END
{ "listeners": [ {"path": "$room/work/sockd.sock", "profile": "owner"},
                 {"path": "$room/work/p/web.sock", "mode": "0666", "profile": "web"} ],
  "profiles": { "web": { "rights": ["resolve", "connect", "io"],
                         "dial": [ {"allow": "127.0.0.1", "ports": [$port], "name": "the one host"} ] } } }
END
step "1. sockd serves two sockets: all for its owner, and one host for the profile web"
sed 's/^/         /' sockd.json
sockd --config sockd.json 2>sockd.log &
sockd_pid=$!
until_it sockctl --socket "$room/work/sockd.sock" ping || fail "sockd does not start: $(cat sockd.log)"

# ---- the inside ----

step '2. Inside there is no network, and of sockd nothing but one socket'
inside curl -sS "http://127.0.0.1:$port/page.txt"
[ "$status" = 7 ] || fail 'there is a network inside'
inside ls "$room/work"
[[ $status = 0 && -z $printed ]] || fail 'the folder is to be seen inside'

step '3. The host that it may reach'
inside sockctl connect 127.0.0.1 "$port" --lifetime daemon
[[ $status = 0 && $printed =~ ^[0-9]+$ ]] || fail 'no stream'
stream=$printed
inside sockctl write-string "$stream" $'GET /page.txt HTTP/1.0\r\n\r\n'
inside sockctl read-char-sequence "$stream" 100000
[[ $status = 0 && ${printed##*$'\n'} == "$page" ]] || fail 'this is not the page'
inside sockctl close "$stream"

step '4. Nothing else: the same host at another port, the cloud, the inner network, names, a server of its own'
denied connect 127.0.0.1 "$other"
denied connect ::1 "$port"
denied connect 0.0.0.0 "$other"
denied connect 169.254.169.254 80
denied connect ::ffff:169.254.169.254 80
denied connect 10.0.0.1 22
denied connect secrets.example.com 443
denied socket-server
inside sockctl connect 2130706433 "$port"
[ "$status" != 0 ] || fail 'an odd literal was dialled'
inside sockctl session.restrict --profile owner
denied connect 127.0.0.1 "$other"

step '5. The log of the daemon'
sed 's/^/         /' sockd.log
grep -q 'denied: connect 169.254.169.254' sockd.log || fail 'the log does not tell'
stop "$sockd_pid" || fail "sockd ended with status $?"
sockd_pid=''
printf '\nThe program reached the one host that it may, and nothing else.\n'
