import type { Dispatcher } from '#ports/dispatcher.ts'

export interface LocalDispatcher extends Dispatcher {
  /** Resolves when no dispatch runs or is due. */
  idle(): Promise<void>
  /** Drops what is due and resolves when what runs is done; later requests are not kept. */
  close(): Promise<void>
}

/**
 * One dispatch at a time. Requests of one turn of the event loop fall together, and those made while one runs lead to
 * one more. `request` does not wait for it, so that a dispatch may lead to a request. `onError` is told of failures,
 * which end nothing: the next request runs as usual.
 */
export function createLocalDispatcher(options: {
  readonly dispatch: () => Promise<void>
  readonly onError: (error: unknown) => void
}): LocalDispatcher {
  const { dispatch, onError } = options
  let due = false
  let closed = false
  let running: Promise<void> | null = null

  const run = async () => {
    while (due) {
      await new Promise<void>((resolve) => {
        setImmediate(resolve)
      })
      if (closed) break
      due = false
      try {
        await dispatch()
      } catch (error) {
        onError(error)
      }
    }
    running = null
  }

  return {
    request: async () => {
      if (closed) return
      due = true
      running ??= run()
    },
    idle: async () => {
      await running
    },
    close: async () => {
      closed = true
      await running
    },
  }
}
