#!/usr/bin/env bash
# The README's two commands, as a newcomer types them who is not root: `make demo` until its page answers, and the tests.
#   first_steps.sh REPOSITORY TESTS
# debian.sh runs it in an empty home on a fresh Debian.
set -euo pipefail
set -m # a job in the background gets a process group of its own, and Ctrl-C goes to such a group

repository=$1 tests=$2
log=$HOME/demo.log

fail() {
    echo "$*" >&2
    exit 1
}

# The page's address, once the demo has printed it; fails if it ends before, or takes ten minutes.
address() {
    local found
    for ((tries = 0; tries < 1200; tries++)); do
        found=$(sed -n 's|.*Try it in your browser: \(http://127.0.0.1:[0-9]*\).*|\1|p' "$log")
        if [[ -n $found ]]; then
            echo "$found"
            return
        fi
        kill -0 "$demo" 2>/dev/null || return 1
        sleep 0.5
    done
    return 1
}

answers() {
    python3 -c 'import sys, urllib.request; sys.exit(b"<html" not in urllib.request.urlopen(sys.argv[1], timeout=10).read())' "$1" 2>/dev/null
}

git clone --quiet "$repository" order-desk || fail "the repository could not be cloned"
cd order-desk

SECONDS=0
make demo >"$log" 2>&1 </dev/null &
demo=$!
url=$(address) || {
    tail -n 30 "$log" >&2
    fail "\`make demo\` printed no address of its page"
}
answers "$url" || fail "\`make demo\` printed $url, but no page answers there"
took=$SECONDS

kill -INT -- "-$demo"
for ((tries = 0; tries < 60; tries++)); do
    kill -0 "$demo" 2>/dev/null || break
    sleep 0.5
done
! kill -0 "$demo" 2>/dev/null || fail "\`make demo\` still runs half a minute after Ctrl-C"
code=0
wait "$demo" || code=$?
if ! grep -q "Stopped. Nothing was saved" "$log" || grep -q Traceback "$log"; then
    tail -n 30 "$log" >&2
    fail "\`make demo\` did not end cleanly after Ctrl-C (code $code)"
fi
! answers "$url" || fail "something answers at $url although \`make demo\` has ended"
[[ -z $(git status --porcelain) ]] || fail "\`make demo\` left files in the checkout: $(git status --porcelain)"
echo "make demo: a page after $took s, ended by Ctrl-C with code $code"

SECONDS=0
bash -c "$tests" </dev/null || fail "\`$tests\` failed"
echo "$tests: $SECONDS s"
