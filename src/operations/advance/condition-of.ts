import type { Json } from '#core/json.ts'
import type { RunRecord } from '#core/run/run.ts'
import { holds, operandsOf } from '#core/workflow/condition.ts'
import type { Operand, OutputRef, Task } from '#core/workflow/workflow.ts'
import { blobText } from '#operations/advance/blob-text.ts'
import type { Obstacle } from '#operations/advance/obstacle.ts'
import type { Ports } from '#operations/ports.ts'

/** A condition is about a few numbers and words; a longer document is not read for it. */
const longestBytes = 1024 ** 2

/** The obstacle of a task whose condition does not hold: it is skipped, and that is no failure. */
export async function conditionOf(
  ports: Pick<Ports, 'store' | 'objects'>,
  run: RunRecord,
  { when }: Task,
): Promise<Obstacle | undefined> {
  if (when === undefined) return undefined
  const documents = new Map<string, Json | undefined>()
  for (const operand of operandsOf(when)) {
    if (operand.kind !== 'output') continue
    const name = nameOf(operand)
    if (!documents.has(name)) documents.set(name, await documentOf(ports, run, operand.from))
  }
  const read = (operand: Operand): Json | undefined =>
    operand.kind === 'param' ? run.params[operand.param] : documents.get(nameOf(operand))
  if (holds(when, read)) return undefined
  const seen = operandsOf(when).map((operand) => `${nameOf(operand)} is ${shown(read(operand))}`)
  return { for: 'nothing', why: `its condition does not hold: ${[...new Set(seen)].join(', ')}` }
}

function nameOf(operand: Operand): string {
  return operand.kind === 'param' ? `params.${operand.param}` : `${operand.from.task}.${operand.from.output}`
}

/** A committed JSON output; `undefined` when there is none, or too much of it. */
async function documentOf(
  ports: Pick<Ports, 'store' | 'objects'>,
  run: RunRecord,
  from: OutputRef,
): Promise<Json | undefined> {
  const row = await ports.store.rows.get(run.id, 'task', from.task)
  const output = row?.value.outputs?.[from.output]
  if (output === undefined || output.type === 'directory' || output.bytes > longestBytes) return undefined
  const text = await blobText(ports.objects, output.object)
  try {
    return JSON.parse(text) as Json
  } catch {
    return undefined
  }
}

function shown(value: Json | undefined): string {
  if (value === undefined) return 'not there'
  const text = JSON.stringify(value)
  return text.length <= 40 ? text : `${text.slice(0, 39)}…`
}
