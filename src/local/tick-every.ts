import type { AlarmClock, CancelAlarm } from '#adapters/local/alarm-clock.ts'

/** Something that is done again and again. */
export interface Ticking {
  /** Ends it; resolves when what is being done is done. */
  close(): Promise<void>
}

/** Does `act` every so many seconds by the clock, never twice at once. `onError` is told of failures, which end nothing. */
export function tickEvery(options: {
  readonly seconds: number
  readonly clock: AlarmClock
  readonly act: () => Promise<void>
  readonly onError: (error: unknown) => void
}): Ticking {
  const { seconds, clock, act, onError } = options
  let closed = false
  let acting = Promise.resolve()
  let cancel: CancelAlarm = () => undefined
  const wind = (): void => {
    cancel = clock.at(clock.nowMs() + seconds * 1000, () => {
      acting = act()
        .catch(onError)
        .finally(() => {
          if (!closed) wind()
        })
    })
  }
  wind()
  return {
    async close() {
      closed = true
      cancel()
      await acting
    },
  }
}
