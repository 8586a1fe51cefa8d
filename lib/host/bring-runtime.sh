#!/bin/bash
# Brings the runtime of the agent to a host, from a public image of Node, before the ECS agent starts: it waits for the end of this
# script. RUNTIME_IMAGE, COPY_RUNTIME (text of copy-runtime.sh) and START_MJS (of start.mjs) are set above.
set -uo pipefail

runtime=${RUNTIME_FOLDER:-/opt/forkcast}
cache=${CACHE_FOLDER:-/var/cache/forkcast}
tries=${TRIES:-10}

say() { echo "forkcast: $*" | tee -a "${CONSOLE:-/dev/console}"; }

# Anybody in a container may write there, and what is read from it is checked by its hash.
mkdir -p "$cache" && chmod 1777 "$cache"

bring() {
  docker info >/dev/null 2>&1 || { systemctl start --no-block docker; return 1; }
  docker pull --quiet "$RUNTIME_IMAGE" || return 1
  rm -rf "$runtime.new"
  mkdir -p "$runtime.new" || return 1
  docker run --rm --network none --volume "$runtime.new:/runtime" --env START_MJS --entrypoint sh "$RUNTIME_IMAGE" \
    -c "$COPY_RUNTIME" copy-runtime /runtime || return 1
  # At once, and never under containers that have it.
  mv -T "$runtime.new" "$runtime"
}

for ((try = 1; ; try++)); do
  if [[ -f $runtime/start.mjs ]] || bring; then
    say "the runtime is in $runtime"
    exit 0
  fi
  if ((try == tries)); then
    # Jobs would fail here one after the other, and be paid for.
    say "no runtime from $RUNTIME_IMAGE after $tries tries: the host ends"
    systemctl poweroff
    exit 1
  fi
  say "no runtime from $RUNTIME_IMAGE yet (try $try)"
  sleep "${WAIT_S:-$((try * 3))}"
done
