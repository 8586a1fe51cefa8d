import { setTimeout as wait } from 'node:timers/promises'
import type { Commands } from '#contract/commands.ts'
import { ProblemError, type Problem } from '#contract/problem.ts'
import { ok, type Result } from '#core/result.ts'
import { notTaken } from '#local/command-client.ts'
import type { Seat } from '#local/seat.ts'

type Asked = Seat & Required<Pick<Seat, 'commands'>>

export interface SharedSeatOptions {
  /** Becomes the engine of the directory, or the guest of the one that is. The error: one that begins or ends holds it. */
  readonly take: () => Promise<Result<Asked, Problem>>
  /** How long to try while an engine begins or ends. */
  readonly patienceMs: number
}

/** Between two tries. */
const pauseMs = 50

/** A run has ended, or its new engine has too, which is seen at the next look. */
const needsNothing: ReadonlySet<string> = new Set(['RUN-ENDED', notTaken])

/**
 * A seat that finds itself an engine: this process is it, or uses that of another one for as long as that lives. When it
 * is gone, the first who sees it becomes the engine, and all take up their own runs again.
 */
export async function sharedSeat(options: SharedSeatOptions): Promise<Result<Asked, Problem>> {
  const first = await taken(options)
  if (!first.ok) return first
  let seat = first.value
  /** Runs that this process has asked for, and looks after. */
  const own = new Set<string>()
  let moving: Promise<void> | undefined
  let closed = false

  const move = async (): Promise<void> => {
    const next = await taken(options)
    if (!next.ok) throw new ProblemError(next.error)
    const before = seat
    seat = next.value
    await before.close({ drainS: 0 })
    for (const run of own) {
      const resumed = await seat.commands.resume(run)
      if (!resumed.ok && !needsNothing.has(resumed.error.code)) throw new ProblemError(resumed.error)
    }
  }
  const moved = async (): Promise<void> => {
    if (closed) return
    moving ??= move().finally(() => (moving = undefined))
    await moving
  }
  const ask = async <T>(command: (commands: Commands) => Promise<Result<T, Problem>>): Promise<Result<T, Problem>> => {
    const until = performance.now() + options.patienceMs
    for (;;) {
      const answer = await command(seat.commands)
      if (answer.ok || answer.error.code !== notTaken || performance.now() > until) return answer
      await wait(pauseMs)
      await moved()
    }
  }
  const asOwn = async (answer: ReturnType<Commands['resume']>): ReturnType<Commands['resume']> => {
    const answered = await answer
    if (answered.ok) own.add(answered.value.runId)
    return answered
  }

  return ok({
    get role() {
      return seat.role
    },
    get reads() {
      return seat.reads
    },
    commands: {
      submit: (request) => asOwn(ask((commands) => commands.submit(request))),
      cancel: (run, reason) => ask((commands) => commands.cancel(run, reason)),
      resume: (run) => asOwn(ask((commands) => commands.resume(run))),
      retry: (run, how) => asOwn(ask((commands) => commands.retry(run, how))),
    },
    lives: () => seat.lives(),
    live: () => seat.live(),
    guests: () => seat.guests(),
    async news() {
      await seat.news()
      if (!seat.lives()) await moved()
    },
    capacity: () => seat.capacity(),
    async close(how) {
      closed = true
      await moving?.catch(() => undefined)
      await seat.close(how)
    },
  })
}

/** A directory whose engine begins or ends is tried again. */
async function taken({ take, patienceMs }: SharedSeatOptions): Promise<Result<Asked, Problem>> {
  const until = performance.now() + patienceMs
  for (;;) {
    const seat = await take()
    if (seat.ok || performance.now() > until) return seat
    await wait(pauseMs)
  }
}
