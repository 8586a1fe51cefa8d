import { describePlace } from '#core/workflow/check/describe-place.ts'
import type { Path } from '#core/workflow/document/document.ts'
import type { Findings } from '#core/workflow/findings.ts'
import type { CheckedTask } from '#core/workflow/schema.ts'
import type { PoolPreference, Resources } from '#core/workflow/workflow.ts'

type Given = CheckedTask['resources']

/** What a clone asks for: later words over earlier ones, key by key, over what is built in. */
export function canonicalResources(first: Given, second: Given, third?: Given): Resources {
  const resources = { ...first, ...second, ...third }
  return { gpus: resources.gpus ?? 0, memoryMiB: resources.memory ?? 512, vcpus: resources.vcpus ?? 1 }
}

/** Reports GPUs that are asked for in a pool without. `path`: what is shown; `owner`: whose resources they are. */
export function findMissingGpus(
  { gpus }: Resources,
  { accelerator }: PoolPreference,
  owner: Path,
  path: Path,
  findings: Findings,
): void {
  if (gpus === 0 || accelerator !== 'cpu') return
  findings.add({
    code: 'WF-CONFLICT',
    message: `${describePlace(owner)} asks for ${gpus} GPUs in a pool that has none`,
    fix: 'remove `accelerator: cpu`, or set `gpus: 0`',
    path,
    at: 'value',
  })
}
