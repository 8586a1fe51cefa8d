import type { Template } from '#cli/templates/template.ts'

/** fetch (one instance a part, two clones, a hedge) -> join */
export const race: Template = {
  name: 'race',
  shows: 'clones that race, and a hedge that joins when a task is late',
  workflow: `apiVersion: forkcast/v1
name: race
code: tasks
defaults:                        # these tasks wait more than they work: four of them share a core
  resources: { vcpus: 0.25, memory: 64MiB }
tasks:
  cloned:                        # two clones from the start: the first result counts, the other one ends
    forEach: { part: [1, 2, 3] }
    clones: 2
    run: sh fetch.sh "$EACH_PART" > "$OUTPUT_DATA"
    outputs: { data: { path: data.txt } }
  hedged:                        # one clone; another one joins on another pool when it takes longer than 2 s
    forEach: { part: [4, 5, 6] }
    hedge: { after: 2s }
    run: sh fetch.sh "$EACH_PART" > "$OUTPUT_DATA"
    outputs: { data: { path: data.txt } }
  join:
    run: cat "$INPUT_CLONED"/*.txt "$INPUT_HEDGED"/*.txt > "$OUTPUT_ALL"
    inputs:
      cloned: { from: cloned.data }
      hedged: { from: hedged.data }
    outputs: { all: { path: all.txt } }
outputs:
  all: { from: join.all }
`,
  files: [
    {
      path: 'tasks/fetch.sh',
      text: `#!/bin/sh
# Stands for a download: the first clone of part 2 and of part 5 meets a slow server.
set -eu
part=$1
case "$part-$FORKCAST_CLONE" in
  2-0 | 5-0) sleep 12 ;;
  *) sleep 0.3 ;;
esac
echo "part $part by clone $FORKCAST_CLONE"
`,
    },
  ],
}
