# Fresh Debian roots, and the settings that they need from this machine. The scripts in this folder source it.
# shellcheck shell=bash
shopt -s extglob

fail() {
    echo "$0: $*" >&2
    exit 1
}

# Namespaces of a script's own, and debootstrap to fill them. Makes $work, a folder that is removed at the end.
begin() {
    ((EUID == 0)) || fail "needs root, as debootstrap and chroot do"
    command -v debootstrap >/dev/null || fail "needs debootstrap: apt-get install debootstrap"
    unshare --mount --pid --fork true 2>/dev/null || fail "this machine gives no namespaces (a container without rights?)"
    work=$(mktemp -d)
    chmod 755 "$work"
    trap clean_up EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

# apart COMMAND…: in namespaces of its own, so that its mounts and all its processes end with it.
apart() {
    local code=0
    # In the background, as bash runs no trap while it waits for a command in front.
    unshare --mount --pid --fork --kill-child --mount-proc "$@" </dev/null &
    inner=$!
    wait "$inner" || code=$?
    inner=''
    return "$code"
}

clean_up() {
    if [[ -n ${inner:-} ]] && kill -KILL "$inner" 2>/dev/null; then
        wait "$inner" 2>/dev/null || true
    fi
    # A killed process may take a moment to end and to close its files.
    rm -rf --one-file-system "$work" 2>/dev/null || { sleep 2 && rm -rf --one-file-system "$work"; }
}

# From this machine: where packages come from, and which certificates to trust there.
readonly SETTINGS='^(PIP_[A-Z_]+|UV_[A-Z_]+|SSL_CERT_(FILE|DIR)|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|(HTTPS?|NO|ALL)_PROXY|(https?|no|all)_proxy)$'

# Debian's packages, from where this machine's apt has them.
debian_mirror() {
    local found
    # shellcheck disable=SC2016 # apt fills it in
    found=$(apt-get indextargets --format '$(REPO_URI) $(COMPONENT)' 'Created-By: Packages' 2>/dev/null |
        sed -n 's|^\(.*/debian\)/\? main$|\1|p' | head -n 1) || true
    echo "${found:-http://deb.debian.org/debian}"
}

# bare_root SUITE FOLDER [--include=PACKAGE,…]: what debootstrap makes, with this machine's way to the packages.
bare_root() {
    local suite=$1 folder=$2
    debootstrap --variant=minbase "${@:3}" "$suite" "$folder" "$(debian_mirror)" >"$folder.log" 2>&1 || {
        tail -n 20 "$folder.log" >&2
        return 1
    }
    # A proxy, and how old a list of packages may be.
    { apt-config dump | grep -E '^Acquire::(https?::|Check-)' >"$folder/etc/apt/apt.conf.d/00machine"; } || true
    # Forbids packages to start a service here.
    printf '#!/bin/sh\nexit 101\n' >"$folder/usr/sbin/policy-rc.d"
    chmod +x "$folder/usr/sbin/policy-rc.d"
    cp -L /etc/resolv.conf /etc/hosts "$folder/etc/"
}

# The environment's settings, as NAME=value, each ended by a zero byte.
machine_settings() {
    local name
    for name in $(compgen -e | grep -E "$SETTINGS"); do
        printf '%s=%s\0' "$name" "${!name}"
    done
}

# pip's settings for all users of this machine. One file a line.
pip_files() {
    local file
    for file in "${PIP_CONFIG_FILE:-}" /etc/xdg/pip/pip.conf /etc/pip.conf; do
        [[ ! -f $file || $file == /dev/null ]] || echo "$file"
    done
}

# pip's settings of the user who runs this. One file a line, relative to the home folder.
own_pip_files() {
    local file
    for file in .pip/pip.conf .config/pip/pip.conf; do
        [[ ! -f $HOME/$file ]] || echo "$file"
    done
}

# Files and folders that those settings name (certificates, folders of packages), and pip's files. One a line.
machine_paths() {
    local file path
    {
        machine_settings | tr '\0' '\n' | cut -d= -f2-
        for file in $(pip_files) $(own_pip_files | sed "s|^|$HOME/|"); do
            cut -d= -f2- "$file"
        done
    } | tr -s ' ,"'\''\t' '\n' | sed 's|^file://||' | while read -r path; do
        # The pages of an index on disk link to files next to their folder.
        [[ $path == /*/simple?(/) ]] && path=${path%/simple*}
        [[ ! $path =~ ^/[^/]+/ || ! -e $path ]] || echo "$path"
    done | cat - <(pip_files) | sort -u
}

# share ROOT PATH: mounts this machine's file or folder there, read-only.
share() {
    local place=$1$2
    if [[ ! -e $place || -L $place ]]; then
        rm -f "$place" # a link would lead out of the root
        if [[ -d $2 ]]; then mkdir -p "$place"; else install -D /dev/null "$place"; fi
    fi
    mount --bind "$2" "$place"
    mount -o remount,bind,ro "$place"
}
