/** A shell's way to the ids of the latest runs; nothing where there are none. */
export const runIds = `forkcast ls --json 2>/dev/null | sed -n 's/^ *"id": "\\(run_[0-9a-z]*\\)".*/\\1/p'`
