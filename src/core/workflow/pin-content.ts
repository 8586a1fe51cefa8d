import type { Code, Input, Task, Workflow } from '#core/workflow/workflow.ts'

/** The content that a workflow names by path, once it was read: hashes by canonical path. */
export interface Content {
  /** SHA-256 of the manifest of each `code` folder. */
  readonly code: ReadonlyMap<string, string>
  /** SHA-256 and size of each `file` input; an optional one that is not there has none. */
  readonly files: ReadonlyMap<string, { readonly sha256: string; readonly bytes: number }>
}

/**
 * The workflow as it is submitted: every folder and file by the hash of its content, so that it means the same on every
 * machine and its own hash tells whether anything changed. An optional input whose file is missing is left out. Linear.
 */
export function pinContent(workflow: Workflow, content: Content): Workflow {
  return {
    ...workflow,
    code: pinnedCode(workflow.code, content),
    tasks: workflow.tasks.map((task) => ({
      ...task,
      code: pinnedCode(task.code, content),
      inputs: pinnedInputs(task, content),
    })),
  }
}

/** A folder that no task works in needs no packing: it is pinned to nothing. */
function pinnedCode(code: Code, content: Content): Code {
  if (code.kind !== 'folder') return code
  const sha256 = content.code.get(code.path)
  return sha256 === undefined ? { kind: 'none' } : { kind: 'blob', sha256 }
}

function pinnedInputs({ inputs }: Task, { files }: Content): Task['inputs'] {
  const entries = Object.entries(inputs)
  if (!entries.some(([, input]) => input.kind === 'file')) return inputs
  return Object.fromEntries(
    entries.flatMap(([name, input]): (readonly [string, Input])[] => {
      if (input.kind !== 'file' || input.sha256 !== undefined) return [[name, input]]
      const found = files.get(input.path)
      if (found === undefined) return []
      return [
        [name, { bytes: found.bytes, kind: 'file', optional: input.optional, path: input.path, sha256: found.sha256 }],
      ]
    }),
  )
}
