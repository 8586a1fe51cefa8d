import type { Template } from '#cli/templates/template.ts'

/** greet -> shout */
export const hello: Template = {
  name: 'hello',
  shows: 'two tasks, a parameter, a file from one to the other',
  workflow: `apiVersion: forkcast/v1
name: hello
code: none                       # the tasks need no files but their inputs
params:
  name: { type: string, default: world }
tasks:
  greet:
    run: echo "Hello, $PARAM_NAME" > "$OUTPUT_GREETING"
    outputs: { greeting: { path: greeting.txt } }
  shout:                         # starts when greet.greeting is committed
    run: tr '[:lower:]' '[:upper:]' < "$INPUT_GREETING" > "$OUTPUT_LOUD"
    inputs: { greeting: { from: greet.greeting } }
    outputs: { loud: { path: loud.txt } }
outputs:
  loud: { from: shout.loud }
`,
  files: [],
}
