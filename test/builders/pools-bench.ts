import { createEmulatedPools } from '#adapters/local/pools/emulated-pools.ts'
import type { JobExit } from '#adapters/local/pools/job.ts'
import type { StopReason } from '#contract/stop-reason.ts'
import { sameInEveryRun } from '#core/pools/chance.ts'
import type { EmulatedPool } from '#core/pools/emulation.ts'
import type { Room } from '#core/pools/pool.ts'
import type { JobEnded, JobRequest } from '#ports/pools.ts'
import { createDrivenClock } from './driven-clock.ts'

/** A body that runs until it is finished by hand or, unless it is stubborn, told to end. */
interface Body {
  readonly request: JobRequest
  readonly startedAtMs: number
  readonly told: () => StopReason | undefined
  readonly finish: (exit?: JobExit) => void
  readonly fail: (error: Error) => void
}

export const machineOf = (vcpus: number, memoryMiB = 16_384, gpus = 0): Room => ({ vcpus, memoryMiB, gpus })

/** Emulated pools whose clock and job bodies are driven by hand. */
export function openBench(
  pools: readonly EmulatedPool[],
  machine: Room,
  options: { readonly stubborn?: boolean; readonly onEnded?: (ended: JobEnded) => Promise<void> } = {},
) {
  const clock = createDrivenClock(0)
  const bodies: Body[] = []
  const live = new Set<Body>()
  const ended: JobEnded[] = []
  const errors: unknown[] = []

  const emulator = createEmulatedPools({
    pools,
    machine,
    clock,
    chance: sameInEveryRun(7),
    graceS: 10,
    runJob: (request, signal) => {
      const { promise, resolve, reject } = Promise.withResolvers<JobExit>()
      const body: Body = {
        request,
        startedAtMs: clock.nowMs(),
        told: () => signal.reason as StopReason | undefined,
        finish: (exit = { exitCode: 0, reason: 'Essential container in task exited' }) => resolve(exit),
        fail: reject,
      }
      if (options.stubborn !== true) {
        signal.addEventListener('abort', () => body.finish({ exitCode: 143, reason: 'told to end' }))
      }
      bodies.push(body)
      live.add(body)
      return promise.finally(() => live.delete(body))
    },
    onEnded: async (event) => {
      ended.push(event)
      await options.onEnded?.(event)
    },
    onError: (error) => errors.push(error),
  })

  return {
    clock,
    emulator,
    bodies,
    live,
    ended,
    errors,
    /** The tasks whose bodies run. */
    running: () => [...live].map(({ request }) => request.slot.task),
    /** The body of a task that runs. */
    body: (task: string): Body => {
      const found = [...live].find(({ request }) => request.slot.task === task)
      if (found === undefined) throw new Error(`${task} does not run`)
      return found
    },
    settle: () => clock.advance(0),
  }
}
