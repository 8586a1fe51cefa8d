import { emulated, type EmulatedPool, type Reclaim, type StartDelay } from '#core/pools/emulation.ts'
import type { Pool } from '#core/pools/pool.ts'
import { parseRunId, type RunId } from '#core/run/ids.ts'
import type { Resources } from '#core/workflow/workflow.ts'
import type { JobRequest } from '#ports/pools.ts'

/** A run id for tests. */
export function runId(suffix = '00000001'): RunId {
  const id = parseRunId(`run_${suffix}`)
  if (id === undefined) throw new Error(`not a run id: run_${suffix}`)
  return id
}

/** A pool of 2 vCPUs and 2 GiB that starts jobs at once and keeps its hosts. */
export function emulatedPool(
  id: string,
  changes: Partial<Pool> & { readonly startDelay?: StartDelay; readonly reclaim?: Reclaim } = {},
): EmulatedPool {
  const { startDelay = { kind: 'fixed', seconds: 0 }, reclaim = { kind: 'never' }, ...pool } = changes
  return emulated(
    {
      id,
      tier: 'warm',
      accelerator: 'cpu',
      purchase: 'on-demand',
      vcpus: 2,
      memoryMiB: 2048,
      gpus: 0,
      price: { usdPerVcpuHour: 0.036, usdPerGiBHour: 0, usdPerGpuHour: 0 },
      spillsTo: [],
      ...pool,
    },
    startDelay,
    reclaim,
  )
}

/** A job named after its task, of 1 vCPU and 512 MiB, for the first clone of the first attempt. */
export function jobOf(task: string, pool: string, resources: Partial<Resources> = {}, run = runId()): JobRequest {
  return {
    job: `${run}-${task}`,
    slot: { run, task, attempt: 1, clone: 0 },
    pool,
    resources: { vcpus: 1, memoryMiB: 512, gpus: 0, ...resources },
    timeoutS: null,
    variant: null,
  }
}
