#!/usr/bin/env bash
# Builds the container image as the Dockerfile says and starts it: who it runs as, what it says when settings are missing,
# the demo, an order that it answers between two stand-ins, its health check, SIGTERM, and what its volume keeps.
#   tests/install/container.sh [SUITE]
# Needs root, debootstrap, buildah and podman. The image's base is a fresh Debian (trixie), so that no registry of images
# is asked. Where this machine has settings or certificates of its own for pip, the build gets them, the image does not.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tests/install/roots.sh
source "$here/roots.sh"

readonly BASE=localhost/debian-python IMAGE=localhost/order-desk

# Both with a store of their own, which is removed with the folder.
buildah() { command buildah --root "$store/images" --runroot "$store/run" "$@"; }
podman() {
    # Nothing here manages cgroups or timers. Limits stay as they are, as raising them needs a right of its own.
    command podman --root "$store/images" --runroot "$store/run" --tmpdir "$store/tmp" --cgroup-manager cgroupfs "$@"
}

# run OPTIONS… IMAGE COMMAND…: as compose.yaml runs it, on this machine's network.
run() {
    local limit
    limit=$(ulimit -Hn)
    podman run --cgroups=disabled --network host --no-healthcheck --ulimit "nofile=$limit:$limit" --ulimit nproc=1024:1024 \
        --read-only --tmpfs /tmp --cap-drop all --security-opt no-new-privileges "$@"
}

# A Debian with Python, as an image. It has this machine's settings for pip, for the build only.
make_base() {
    local suite=$1 root=$store/root name container file
    bare_root "$suite" "$root" --include=python3-venv,ca-certificates
    container=$(buildah from scratch)
    buildah add --quiet "$container" "$root" / >/dev/null
    for file in $(pip_files); do
        buildah copy --quiet "$container" "$file" "$file" >/dev/null
    done
    for file in $(own_pip_files); do
        buildah copy --quiet "$container" "$HOME/$file" "/root/$file" >/dev/null
    done
    while IFS= read -r -d '' name; do
        buildah config --env "$name" "$container"
    done < <(machine_settings)
    buildah commit --quiet --rm "$container" "$BASE:$suite" >/dev/null
    rm -rf --one-file-system "$root"
}

build() {
    local suite=$1 path volumes=()
    for path in $(machine_paths); do
        volumes+=(--volume "$path:$path:ro")
    done
    buildah build --isolation chroot --network host --format docker --build-arg "BASE=$BASE:$suite" \
        "${volumes[@]}" --tag "$IMAGE" "$here/../.." >"$store/build.log" 2>&1 || {
        tail -n 30 "$store/build.log" >&2
        fail "the image could not be built"
    }
}

# until_true SECONDS COMMAND…
until_true() {
    local tries
    for ((tries = 0; tries < $1 * 2; tries++)); do
        "${@:2}" >/dev/null 2>&1 && return
        sleep 0.5
    done
    return 1
}

try_alone() {
    local said code=0
    [[ $(run --rm "$IMAGE" id -u) == 10001 ]] || fail "it does not run as user 10001"
    ! run --rm "$IMAGE" touch /app/x 2>/dev/null || fail "it can write to its own program"
    said=$(run --rm "$IMAGE" python app.py demo --once)
    [[ $said == *"Birch Avenue 9"* ]] || fail "the demo shows no card: $said"
    said=$(run --rm "$IMAGE" 2>&1) || code=$?
    [[ $code == 1 && $said == *"SLACK_BOT_TOKEN is missing"* && $said != *Traceback* ]] ||
        fail "without settings it ended with $code and said: $said"
    echo "container: user 10001, the demo's card, and sentences where settings are missing"
}

# The health check as the image has it.
healthy() {
    # shellcheck disable=SC2016 # podman fills it in
    podman exec "${@:2}" "$1" python -c 'import json, subprocess, sys; sys.exit(subprocess.call(json.loads(sys.argv[1])[1:]))' \
        "$(podman image inspect --format '{{json .Config.Healthcheck.Test}}' "$IMAGE")"
}

answered() { [[ $(podman logs stand-ins 2>&1) == *answered:* ]]; }

try_serving() {
    mkdir -m 777 "$store/shared"
    run --detach --name stand-ins --volume "$here/stand_ins.py:/stand_ins.py:ro" --volume "$store/shared:/shared" \
        --env PYTHONPATH=/app "$IMAGE" python /stand_ins.py /shared/env >/dev/null
    until_true 30 grep -q AUTOENHANCE_API_URL "$store/shared/env" || fail "no stand-ins: $(podman logs stand-ins 2>&1)"
    run --detach --name bot --env-file "$store/shared/env" --volume data:/data "$IMAGE" >/dev/null
    until_true 30 healthy bot || fail "it does not become healthy: $(podman logs bot 2>&1)"
    ! healthy bot --env PORT=1 2>/dev/null || fail "its health check is content where nobody answers"
    podman kill --signal USR1 stand-ins >/dev/null
    until_true 30 answered || fail "no order was answered: $(podman logs bot 2>&1)"

    SECONDS=0
    podman stop --time 20 bot >/dev/null
    [[ $(podman wait bot) == 0 ]] || fail "SIGTERM did not end it with code 0: $(podman logs bot 2>&1)"
    [[ $(podman logs bot 2>&1) != *Traceback* ]] || fail "SIGTERM ended it with a traceback: $(podman logs bot 2>&1)"
    echo "container: healthy, an order answered, ended $SECONDS s after SIGTERM with code 0"

    podman start bot >/dev/null
    until_true 30 healthy bot || fail "it does not start again on its volume: $(podman logs bot 2>&1)"
    podman kill bot stand-ins >/dev/null
    echo "container: starts again on what its volume keeps"
}

within() {
    local suite=$1
    store=$2
    # crun refuses a machine with both generations of cgroups, and is not to use either.
    ! mountpoint --quiet /sys/fs/cgroup/unified || umount /sys/fs/cgroup/unified
    make_base "$suite"
    echo "container: a base of Debian $suite after $SECONDS s"
    build "$suite"
    echo "container: built after $SECONDS s, $(podman image inspect --format '{{.Size}}' "$IMAGE" | numfmt --to=si)B"
    try_alone
    try_serving
}

if [[ ${1:-} == --within ]]; then
    within "$2" "$3"
    exit
fi

for program in buildah podman; do
    command -v "$program" >/dev/null || fail "needs $program: apt-get install $program"
done
begin
SECONDS=0
apart "$here/container.sh" --within "${1:-trixie}" "$work" || fail "the container failed"
echo "container: all well, in $SECONDS s"
