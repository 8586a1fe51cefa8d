import type { Signal } from '#cli/host.ts'
import type { Progress } from '#cli/live/progress.ts'
import type { Shell } from '#cli/shell.ts'
import type { ControlPlane } from '#contract/control-plane.ts'

/** How following a run ended: with the run, or because the user asked for it. */
export type FollowEnd =
  /** Nothing more will come: the run is over, waits for a person, or is interrupted. */
  | { readonly kind: 'ended' }
  /** `role`: what this process was to the run. */
  | { readonly kind: 'signal'; readonly signal: Signal; readonly role: ReturnType<ControlPlane['role']> }
  /** The time to follow it is over. */
  | { readonly kind: 'ran-out' }

export interface FollowOptions {
  readonly progress: Progress
  readonly drainS: number
  /** How long to follow at most. */
  readonly timeoutS?: number
}

/** A timer of Node that is set to more rings at once. */
const longestTimerMs = 2 ** 31 - 1

/**
 * Shows a run until nothing more will come of it. The first SIGINT or SIGTERM lets running clones finish for
 * `drainS`, the second ends them now; either way the control plane is closed on return and the run can be resumed. A guest
 * and a reader just leave.
 */
export async function follow(
  shell: Shell,
  control: ControlPlane,
  run: string,
  options: FollowOptions,
): Promise<FollowEnd> {
  const { progress, drainS, timeoutS } = options
  const interrupted = Promise.withResolvers<FollowEnd>()
  let first: Signal | undefined
  const closed = (signal: Signal) => () => interrupted.resolve({ kind: 'signal', signal, role: control.role() })
  const early = shell.takeSignals()
  const onSignal = (signal: Signal): void => {
    if (first !== undefined) {
      control.close({ drainS: 0 }).then(closed(first), interrupted.reject)
      return
    }
    first = signal
    if (control.role() === 'engine')
      progress.notice(`draining: no new starts, running clones get ${drainS} s; again to stop now`)
    control.close({ drainS }).then(closed(signal), interrupted.reject)
  }
  const release = shell.host.onSignal(onSignal)
  if (early !== undefined) onSignal(early)
  let over = false
  const stop =
    timeoutS === undefined
      ? () => {}
      : shell.host.every(Math.min(timeoutS * 1000, longestTimerMs), () => interrupted.resolve({ kind: 'ran-out' }))
  const pump = async (): Promise<FollowEnd> => {
    try {
      for await (const event of control.events(run, { follow: true })) {
        if (over) break
        await progress.event(event)
        if (event.type === 'run.started') {
          const plan = await control.plan(run)
          if (plan.ok) progress.planned(plan.value)
        }
      }
    } catch (error) {
      if (first === undefined) throw error
    }
    // The list of events also ends, or breaks off, when the control plane is closed: then the signal is the reason.
    return first === undefined ? { kind: 'ended' } : interrupted.promise
  }
  try {
    return await Promise.race([pump(), interrupted.promise])
  } finally {
    over = true
    stop()
    release()
    progress.end()
  }
}
