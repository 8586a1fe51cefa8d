import type { SQSEvent } from 'aws-lambda'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { soonerAgain } from '#account/sooner-again.ts'

const event = { Records: [{ receiptHandle: 'a' }, { receiptHandle: 'b' }] } as SQSEvent
const fault = new Error('no capacity known')

/** The function, and for how long its messages were taken, each time. */
function open(handle: () => Promise<void>, answer: () => Promise<void> = async () => undefined) {
  const taken: number[] = []
  const handles: unknown[] = []
  const send = async ({ input }: { readonly input: Input }) => {
    const [first] = input.Entries
    taken.push(first?.VisibilityTimeout ?? 0)
    handles.push([input.QueueUrl, ...input.Entries.map(({ ReceiptHandle }) => ReceiptHandle)])
    return answer()
  }
  const under = soonerAgain(handle, { client: { send } as never, queueUrl: 'queue', heldS: 20, afterS: 5 })
  return { run: () => under(event), taken, handles }
}

interface Input {
  readonly QueueUrl: string
  readonly Entries: readonly { readonly ReceiptHandle: string; readonly VisibilityTimeout: number }[]
}

describe('a function of a queue whose messages come in turn', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  it('takes all of them for a moment, again and again while it works, and no more once it has done', async () => {
    const work = Promise.withResolvers<void>()
    const { run, taken, handles } = open(() => work.promise)
    const done = run()
    await vi.advanceTimersByTimeAsync(14_000)
    expect(taken).toStrictEqual([20, 20, 20])
    expect(handles[0]).toStrictEqual(['queue', 'a', 'b'])
    work.resolve()
    await done
    await vi.advanceTimersByTimeAsync(60_000)
    expect(taken).toHaveLength(3)
  })

  it('lets those that it failed on come again soon, and fails all the same', async () => {
    const { run, taken } = open(() => Promise.reject(fault))
    await expect(run()).rejects.toBe(fault)
    expect(taken).toStrictEqual([20, 5])
  })

  it('says so after a renewal that is on its way, which would hold them for longer', async () => {
    const work = Promise.withResolvers<void>()
    const answers: (() => void)[] = []
    const { run, taken } = open(
      () => work.promise,
      () => new Promise((resolve) => answers.push(resolve)),
    )
    const done = run().catch((error: unknown) => error)
    work.reject(fault)
    await vi.advanceTimersByTimeAsync(0)
    expect(taken).toStrictEqual([20])
    answers[0]?.()
    await vi.advanceTimersByTimeAsync(0)
    expect(taken).toStrictEqual([20, 5])
    answers[1]?.()
    expect(await done).toBe(fault)
  })

  it('works on, and tells of its own fault alone, where that is refused', async () => {
    const refused = () => Promise.reject(new Error('too late'))
    await open(async () => undefined, refused).run()
    await expect(open(() => Promise.reject(fault), refused).run()).rejects.toBe(fault)
  })
})
