import { canonicalCommand } from '#core/workflow/canonical/canonical-command.ts'
import { findMissingGpus, canonicalResources } from '#core/workflow/canonical/canonical-resources.ts'
import { inKeyOrder } from '#core/workflow/canonical/key-order.ts'
import { checkNames } from '#core/workflow/check/check-names.ts'
import { describePlace } from '#core/workflow/check/describe-place.ts'
import type { Path } from '#core/workflow/document/document.ts'
import type { Findings } from '#core/workflow/findings.ts'
import type { CheckedHead, CheckedTask } from '#core/workflow/schema.ts'
import type { Task, Variant } from '#core/workflow/workflow.ts'

/** The task around its variants: what each of them has unless it says otherwise. */
export type AroundVariants = Pick<Task, 'env' | 'image' | 'pool'>

/**
 * The variants of a task, each complete, sorted by name: their own words over those of the task. `clones` beside them
 * are reported.
 */
export function canonicalVariants(
  task: CheckedTask,
  defaults: NonNullable<CheckedHead['defaults']>,
  around: AroundVariants,
  place: Path,
  findings: Findings,
): Task['variants'] {
  if (task.variants === undefined) return NO_VARIANTS
  if (task.clones !== undefined) {
    findings.add({
      code: 'WF-CONFLICT',
      message: `${describePlace(place)} has \`clones\` beside \`variants\`, each of which is one clone`,
      fix: 'remove `clones`, or `variants`',
      path: [...place, 'clones'],
      at: 'key',
    })
  }
  const { variants } = task
  const shared = canonicalCommand(task.run, [...place, 'run'], findings)
  const names = checkNames(Object.keys(variants), [...place, 'variants'], findings)
  return names.toSorted().map((name): Variant => {
    const own = variants[name] as (typeof variants)[string]
    const owner = [...place, 'variants', name]
    const image = own.image ?? around.image
    const resources = canonicalResources(defaults.resources, task.resources, own.resources)
    findMissingGpus(resources, around.pool, owner, owner, findings)
    return {
      env: inKeyOrder({ ...around.env, ...own.env }),
      ...(image === undefined ? {} : { image }),
      name,
      resources,
      run: own.run === undefined ? shared : canonicalCommand(own.run, [...owner, 'run'], findings),
    }
  })
}

const NO_VARIANTS: Task['variants'] = []
