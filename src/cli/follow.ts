import type { Signal } from '#cli/host.ts'
import type { Progress } from '#cli/live/progress.ts'
import type { Shell } from '#cli/shell.ts'
import type { ControlPlane } from '#contract/control-plane.ts'

/** How following a run ended: with the run, or because the user asked for it. */
export type FollowEnd =
  | { readonly kind: 'ended' }
  /** `role`: what this process was to the run. */
  | { readonly kind: 'signal'; readonly signal: Signal; readonly role: ReturnType<ControlPlane['role']> }

/**
 * Shows a run until it is terminal, or waits for a person. The first SIGINT or SIGTERM lets running clones finish for
 * `drainS`, the second ends them now; either way the control plane is closed on return and the run can be resumed. A guest
 * just leaves.
 */
export async function follow(
  shell: Shell,
  control: ControlPlane,
  run: string,
  options: { readonly progress: Progress; readonly drainS: number },
): Promise<FollowEnd> {
  const { progress, drainS } = options
  const interrupted = Promise.withResolvers<FollowEnd>()
  let first: Signal | undefined
  const closed = (signal: Signal) => () => interrupted.resolve({ kind: 'signal', signal, role: control.role() })
  const release = shell.host.onSignal((signal) => {
    if (first !== undefined) {
      control.close({ drainS: 0 }).then(closed(first), interrupted.reject)
      return
    }
    first = signal
    if (control.role() !== 'guest')
      progress.notice(`draining: no new starts, running clones get ${drainS} s; again to stop now`)
    control.close({ drainS }).then(closed(signal), interrupted.reject)
  })
  let over = false
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
    release()
    progress.end()
  }
}
