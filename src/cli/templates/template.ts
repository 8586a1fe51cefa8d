import type { NewFile } from '#cli/host.ts'

/** A first workflow that `init` writes: it runs as it is, and shows one thing. */
export interface Template {
  readonly name: string
  /** What it shows, in a few words. */
  readonly shows: string
  /** The workflow, without the line that names the schema. */
  readonly workflow: string
  /** Programs of its tasks. */
  readonly files: readonly NewFile[]
}

/** The file that holds the workflow. */
export const workflowFile = 'forkcast.yaml'

/** All files of a template. `schema` is where an editor finds the schema of the workflow file. */
export function templateFiles({ workflow, files }: Template, schema: string): readonly NewFile[] {
  return [{ path: workflowFile, text: `# yaml-language-server: $schema=${schema}\n${workflow}` }, ...files]
}
