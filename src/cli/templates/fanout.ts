import type { Template } from '#cli/templates/template.ts'

/** list -> square (one instance a number) -> sum */
export const fanout: Template = {
  name: 'fanout',
  shows: 'a list decided at run time, an instance an item, all results gathered',
  workflow: `apiVersion: forkcast/v1
name: fanout
code: tasks                      # this folder is the working directory of every task
params:
  count: { type: integer, default: 8 }
tasks:
  list:
    run: node list.mjs "$PARAM_COUNT" > "$OUTPUT_NUMBERS"
    outputs: { numbers: { path: numbers.json } }
  square:
    forEach: { number: { from: list.numbers } }    # an instance an item, known when list is done
    run: node square.mjs "$EACH_NUMBER" > "$OUTPUT_RESULT"
    outputs: { result: { path: result.json } }
  sum:
    run: node sum.mjs "$INPUT_RESULTS" > "$OUTPUT_TOTAL"
    inputs: { results: { from: square.result } }   # all instances: a folder with items.json
    outputs: { total: { path: total.json } }
outputs:
  total: { from: sum.total }
`,
  files: [
    {
      path: 'tasks/list.mjs',
      text: `// Prints the numbers from 1 to the one given, as a JSON array.
const count = Number(process.argv[2]);
console.log(JSON.stringify(Array.from({ length: count }, (_, index) => index + 1)));
`,
    },
    {
      path: 'tasks/square.mjs',
      text: `// Prints a number and its square.
const number = Number(process.argv[2]);
console.log(JSON.stringify({ number, square: number * number }));
`,
    },
    {
      path: 'tasks/sum.mjs',
      text: `// Adds up the squares that all instances left.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
const read = (name) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const squares = read('items.json').map((item) => read(item.path).square);
console.log(JSON.stringify({ squares, sum: squares.reduce((sum, square) => sum + square, 0) }));
`,
    },
  ],
}
