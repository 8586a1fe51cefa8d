import { describe, expect, it } from 'vitest'
import { createLocalDispatcher } from '#adapters/local/local-dispatcher.ts'
import { dispatcherContract } from '../../contracts/dispatcher.ts'

/** A dispatch that is ended by hand. */
function manual() {
  const runs: PromiseWithResolvers<void>[] = []
  const errors: unknown[] = []
  const dispatcher = createLocalDispatcher({
    dispatch: () => {
      const run = Promise.withResolvers<void>()
      runs.push(run)
      return run.promise
    },
    onError: (error) => errors.push(error),
  })
  return { runs, errors, dispatcher }
}

const turn = () =>
  new Promise<void>((resolve) => {
    setImmediate(() => setImmediate(resolve))
  })

dispatcherContract(async () => {
  const { runs, dispatcher } = manual()
  return {
    dispatcher,
    begun: () => runs.length,
    end: async () => {
      runs.at(-1)?.resolve()
      await turn()
    },
    goOn: turn,
    close: () => dispatcher.close(),
  }
})

describe('the local dispatcher', () => {
  it('lets requests before a dispatch fall together', async () => {
    const { runs, dispatcher } = manual()
    await Promise.all([dispatcher.request(), dispatcher.request(), dispatcher.request()])
    await turn()
    expect(runs.length).toBe(1)
    runs[0]?.resolve()
    await dispatcher.idle()
    expect(runs.length).toBe(1)
  })

  it('dispatches once more after requests during one, never two at a time', async () => {
    const { runs, dispatcher } = manual()
    await dispatcher.request()
    await turn()
    await dispatcher.request()
    await dispatcher.request()
    await turn()
    expect(runs.length).toBe(1)

    runs[0]?.resolve()
    await turn()

    expect(runs.length).toBe(2)
    runs[1]?.resolve()
    await dispatcher.idle()
    expect(runs.length).toBe(2)
  })

  it('may be asked by the dispatch itself', async () => {
    let runs = 0
    const dispatcher = createLocalDispatcher({
      dispatch: async () => {
        if (++runs < 3) await dispatcher.request()
      },
      onError: () => undefined,
    })
    await dispatcher.request()
    await dispatcher.idle()
    expect(runs).toBe(3)
  })

  it('reports failures, thrown or rejected, and dispatches on', async () => {
    const errors: unknown[] = []
    const failures = [new Error('first'), new Error('second')]
    let runs = 0
    const dispatcher = createLocalDispatcher({
      dispatch: () => {
        const failure = failures[runs++]
        if (runs === 1 && failure !== undefined) throw failure
        return failure === undefined ? Promise.resolve() : Promise.reject(failure)
      },
      onError: (error) => errors.push(error),
    })
    for (let times = 0; times < 3; times++) {
      await dispatcher.request()
      await dispatcher.idle()
    }
    expect(runs).toBe(3)
    expect(errors).toStrictEqual(failures)
  })

  it('drops what is due when closed, waits for what runs, and takes nothing more', async () => {
    const { runs, dispatcher } = manual()
    await dispatcher.request()
    await turn()
    await dispatcher.request()
    let closed = false
    const closing = dispatcher.close().then(() => {
      closed = true
    })
    await turn()
    expect(closed).toBe(false)

    runs[0]?.resolve()
    await closing
    await dispatcher.request()
    await turn()

    expect(runs.length).toBe(1)
  })
})
