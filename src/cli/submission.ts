import type { Command } from 'commander'
import { collected } from '#cli/option-values.ts'
import { readParams } from '#cli/params.ts'
import type { Shell } from '#cli/shell.ts'
import type { SubmitRequest, Upload } from '#contract/control-plane.ts'
import { err, ok, type Result } from '#core/result.ts'

/** Options that say what to submit, beside its file. */
export interface SubmissionOptions {
  readonly param?: readonly string[]
  readonly paramsFile?: string
  readonly pools?: string
  readonly clones: boolean
  readonly hedges: boolean
}

/** Gives a verb the argument and the options that {@link readSubmission} reads. */
export function takesSubmission(verb: Command): Command {
  // A verb gets its options when it is called, by when commander has set its own defaults of `--no-…`.
  return verb
    .argument('<file>', 'workflow in YAML, JSON or TypeScript; - reads standard input')
    .option('-p, --param <name=value>', 'a parameter; may be repeated', collected)
    .option('--params-file <file>', 'parameters as a JSON object; - reads standard input')
    .option('--pools <file>', 'pools to use instead of the default ones')
    .option('--no-clones', 'one clone a task, whatever the workflow says', true)
    .option('--no-hedges', 'no standby clone is called up', true)
}

/** What to submit, and what to upload before; or the exit code, when all that is wrong has been said. */
export async function readSubmission(
  shell: Shell,
  file: string,
  options: SubmissionOptions,
): Promise<Result<{ readonly request: SubmitRequest; readonly uploads: readonly Upload[] }, number>> {
  if (file === '-' && options.paramsFile === '-') return err(shell.problem(oneInput))
  const loaded = await shell.host.loadWorkflow(file)
  if (!loaded.ok) {
    shell.noteText(loaded.error.rendered)
    return err(loaded.error.exitCode)
  }
  const { workflow, uploads } = loaded.value
  const given = {
    words: options.param ?? [],
    ...(options.paramsFile === undefined ? {} : { file: options.paramsFile }),
  }
  const params = await readParams(shell.host, workflow, given)
  if (!params.ok) return err(shell.problems(params.error))
  const policy = { cloning: options.clones, hedging: options.hedges }
  return ok({ request: { workflow, params: params.value, policy }, uploads })
}

const oneInput = {
  code: 'USAGE',
  message: 'standard input is one text: it can not be the workflow and the parameters',
  fix: 'write one of them into a file',
  exitCode: 2,
} as const
