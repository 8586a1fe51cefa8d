import { z } from 'zod'
import { workflowSchema } from '#core/workflow/schema.ts'

/**
 * The schema of a workflow file as JSON Schema draft-07, which is what editors read. It accepts every file that is
 * accepted here, and refuses what can be seen without knowing the graph.
 */
export function workflowJsonSchema(): object {
  return z.toJSONSchema(workflowSchema, {
    target: 'draft-07',
    io: 'input',
    reused: 'inline',
    override: ({ zodSchema, jsonSchema }) => {
      // Keys that start with `x-` are ignored wherever a schema fixes the keys.
      if (zodSchema._zod.def.type === 'object') jsonSchema.patternProperties = { '^x-': {} }
    },
  })
}
