import type { Json } from '#core/json.ts'
import { describePlace } from '#core/workflow/check/describe-place.ts'
import { didYouMean } from '#core/workflow/did-you-mean.ts'
import { isObject, type Path } from '#core/workflow/document/document.ts'
import type { Findings } from '#core/workflow/findings.ts'
import { LIMITS } from '#core/workflow/limits.ts'
import { quoted } from '#core/workflow/quoted.ts'
import type { Task } from '#core/workflow/workflow.ts'

/**
 * Reports results that can't come to one: of too few clones, or by a score that there is not. `given` is the task as it
 * was written, so that what is wrong in itself is not taken for missing.
 */
export function checkAggregate(task: Task, given: Json, findings: Findings): void {
  const { aggregate, clones } = task
  if (aggregate.policy === 'first' || !isObject(given)) return
  const place: Path = ['tasks', task.id]
  const conflict = (path: Path, message: string, fix: string) =>
    findings.add({
      code: 'WF-CONFLICT',
      message: `${describePlace(place)} ${message}`,
      fix,
      path: [...place, ...path],
      at: 'key',
    })
  if (aggregate.policy === 'best') checkScore(task, aggregate.output, given, place, findings)
  if (!task.idempotent) {
    const message = `is not idempotent, so there is one result, and no ${quoted(aggregate.policy)} of several`
    return conflict(['aggregate'], message, 'remove `aggregate`, or `idempotent: false`')
  }
  if (hasFaultyClones(task, given)) return
  const isOwn = given['clones'] !== undefined
  if (clones === 'auto') {
    // A quorum gets one clone to spare, which must still be one of those that a task may have.
    if (aggregate.policy === 'quorum' && aggregate.of < LIMITS.clones.value) return
    const message = `has \`clones: auto\`, and ${quoted(aggregate.policy)} needs to know how many results there are`
    return conflict([isOwn ? 'clones' : 'aggregate'], message, 'say a number of clones')
  }
  if (clones < 2) {
    const message = `has one clone, and ${quoted(aggregate.policy)} is of several`
    return conflict(['aggregate'], message, 'add `clones` or `variants`, at least 2, or remove `aggregate`')
  }
  const [key, enough] =
    aggregate.policy === 'quorum'
      ? (['of', aggregate.of] as const)
      : (['min', 'min' in aggregate ? aggregate.min : 1] as const)
  if (enough <= clones) return
  const message = `needs ${enough} results, and has ${clones} clones`
  conflict(['aggregate', key], message, `write ${quoted(key)} of at most ${clones}, or add clones`)
}

function checkScore(
  task: Task,
  score: string,
  given: { readonly [key: string]: Json },
  place: Path,
  findings: Findings,
): void {
  const path = [...place, 'aggregate', 'output']
  const output = task.outputs[score]
  if (output?.type === 'json') return
  if (output !== undefined) {
    findings.add({
      code: 'WF-CONFLICT',
      message: `output ${quoted(score)} of ${describePlace(place)} is a ${output.type}, and \`best\` compares numbers in JSON`,
      fix: 'give the output a path that ends in `.json`, or `type: json`',
      path,
      at: 'value',
    })
    return
  }
  const written = isObject(given['outputs']) ? Object.keys(given['outputs']) : []
  // Wrong in itself, and reported for that.
  if (written.includes(score)) return
  const near = findings.isFull ? undefined : didYouMean(score, written)
  findings.add({
    code: 'WF-UNKNOWN-OUTPUT',
    message: `${describePlace(place)} has no output ${quoted(score)}`,
    fix: near === undefined ? 'name a `json` output of the task' : `did you mean ${quoted(near)}?`,
    path,
    at: 'value',
  })
}

/** Whether what is said about clones was not understood in part, so that their number means nothing. */
function hasFaultyClones({ clones, variants }: Task, given: { readonly [key: string]: Json }): boolean {
  if (given['variants'] === undefined) return given['clones'] !== undefined && given['clones'] !== clones
  return !isObject(given['variants']) || Object.keys(given['variants']).length !== variants.length
}
