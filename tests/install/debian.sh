#!/usr/bin/env bash
# Proves the README's first steps on fresh Debians: a bare root, the packages that the README names, a clone of what is
# committed here, `make demo` and `make test`.
#   tests/install/debian.sh [bookworm] [trixie]    both, if none is named
# Needs root, debootstrap and debian-archive-keyring. Where this machine has settings or certificates of its own for pip,
# the root gets them too.
# TESTS is what to run for the tests, `make test` if it is not set.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/install/roots.sh
source "$here/roots.sh"

# shellcheck disable=SC2016 # no command, but how Markdown marks one
read -ra PACKAGES < <(sed -n 's/.*`apt-get install \([^`]*\)`.*/\1/p' "$here/../../README.md")
[[ " ${PACKAGES[*]} " == *" python3-venv "* ]] || fail "the README does not say what to install with apt-get"
TESTS=${TESTS:-make test}

# in_root ROOT USER COMMAND…: with that user's home and this machine's settings, and no other variable.
in_root() {
    local root=$1 user=$2 home settings
    home=$([[ $user == root ]] && echo /root || echo "/home/$user")
    mapfile -d '' -t settings < <(machine_settings)
    chroot "$root" env -i --chdir="$home" --default-signal "${settings[@]}" HOME="$home" USER="$user" LC_ALL=C.UTF-8 \
        PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
        setpriv --reuid="$user" --regid="$user" --init-groups "${@:3}"
}

apt_install() {
    in_root "$root" root apt-get install --yes -qq "${@:2}" >"$1.log" 2>&1 || {
        tail -n 20 "$1.log" >&2
        return 1
    }
}

try_suite() {
    local suite=$1 root=$2 path
    SECONDS=0
    bare_root "$suite" "$root" || fail "$suite: debootstrap failed"
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    git clone --quiet --bare --no-local "$here/../.." "$root/srv/order-desk.git" || fail "$suite: no clone of this checkout"
    in_root "$root" root apt-get update -qq || fail "$suite: apt-get update failed"
    in_root "$root" root useradd --create-home newcomer
    in_root "$root" root chown -R newcomer: /srv/order-desk.git # git trusts no other owner

    # Without python3-venv: a sentence that says so, and nothing left that would break the next `make`.
    apt_install "$root" "${PACKAGES[@]/python3-venv/python3}" || fail "$suite: apt-get install failed"
    in_root "$root" newcomer git clone --quiet /srv/order-desk.git without-venv
    ! in_root "$root" newcomer make -C without-venv demo >"$root.log" 2>&1 || fail "$suite: a demo without python3-venv?"
    grep -q "apt-get install python3-venv" "$root.log" || fail "$suite: make did not name python3-venv: $(cat "$root.log")"
    [[ ! -e $root/home/newcomer/without-venv/.venv ]] || fail "$suite: make left a broken .venv behind"

    apt_install "$root" "${PACKAGES[@]}" || fail "$suite: apt-get install ${PACKAGES[*]} failed"
    echo "$suite: $(in_root "$root" newcomer python3 -c \
        'import ensurepip, platform; print("Python", platform.python_version() + ", pip", ensurepip.version())')"
    for path in $(machine_paths); do
        share "$root" "$path"
    done
    for path in $(own_pip_files); do
        in_root "$root" newcomer install -D /dev/null "$path"
        cat "$HOME/$path" >"$root/home/newcomer/$path"
    done
    echo "$suite: bare Debian and ${PACKAGES[*]} after $SECONDS s"

    install "$here/first_steps.sh" "$root/usr/local/bin/first-steps"
    in_root "$root" newcomer first-steps /srv/order-desk.git "$TESTS" || fail "$suite: the first steps failed, see above"
    echo "$suite: apt-get install ${PACKAGES[*]}, make demo and $TESTS went well, in $SECONDS s" >>"$root.verdict"
}

if [[ ${1:-} == --within ]]; then
    try_suite "$2" "$3"
    exit
fi

(($#)) || set -- bookworm trixie
begin
for suite in "$@"; do
    apart "$here/debian.sh" --within "$suite" "$work/$suite" || fail "$suite failed"
    rm -rf --one-file-system "${work:?}/$suite"
done
cat "$work"/*.verdict
