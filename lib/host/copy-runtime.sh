#!/bin/sh
# Copies Node and what makes named pipes, with their loader and libraries, into a folder that runs in any image of the architecture:
#   START_MJS=<text of start.mjs> copy-runtime.sh FOLDER
# It runs where that Node is at home: in a container of its image, or on this machine. What is there already stays as it is.
set -eu

to=$1
node=${NODE:-$(command -v node)}
if [ -f "$to/start.mjs" ]; then
  echo "forkcast: the runtime is there"
  exit 0
fi
mkdir -p "$to/lib"

# A library is a line such as "libm.so.6 => /lib/libm.so.6 (0x…)"; the loader is a path alone, and what is the kernel's has none.
copy() {
  ldd "$2" | while read -r name arrow path _; do
    if [ "$arrow" = '=>' ] && [ -f "$path" ]; then
      cp -L "$path" "$to/lib/$name"
    elif [ -f "$name" ]; then
      cp -L "$name" "$to/ld.so"
    fi
  done
  cp -L "$2" "$to/$1"
}
copy node "$node"
copy mkfifo "$(command -v mkfifo)"
chmod -R a+rX "$to"
chmod 0755 "$to/node" "$to/mkfifo" "$to/ld.so"
"$to/ld.so" --library-path "$to/lib" "$to/node" --version

# Last, since it says that all is there.
printf '%s\n' "$START_MJS" >"$to/start.mjs.new"
chmod 0644 "$to/start.mjs.new"
mv "$to/start.mjs.new" "$to/start.mjs"
