import type { SQSEvent } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { soonerAgain } from '#account/sooner-again.ts'

const event = { Records: [{ receiptHandle: 'a' }, { receiptHandle: 'b' }] } as SQSEvent
const fault = new Error('no capacity known')

function open(handle: () => Promise<void>, send: (input: unknown) => Promise<void>) {
  const client = { send: ({ input }: { readonly input: unknown }) => send(input) }
  return soonerAgain(handle, { client: client as never, queueUrl: 'queue', afterS: 5 })
}

describe('a function of a queue whose messages come in turn', () => {
  it('lets those that it failed on come again soon, and fails all the same', async () => {
    const sent: unknown[] = []
    const handle = open(
      () => Promise.reject(fault),
      async (input) => void sent.push(input),
    )
    await expect(handle(event)).rejects.toBe(fault)
    const changed = (ReceiptHandle: string) => ({ QueueUrl: 'queue', ReceiptHandle, VisibilityTimeout: 5 })
    expect(sent).toStrictEqual([changed('a'), changed('b')])
  })

  it('tells of the fault, not of what came of that', async () => {
    const handle = open(
      () => Promise.reject(fault),
      () => Promise.reject(new Error('too late')),
    )
    await expect(handle(event)).rejects.toBe(fault)
  })

  it('asks for nothing when all went well', async () => {
    const sent: unknown[] = []
    await open(
      async () => undefined,
      async (input) => void sent.push(input),
    )(event)
    expect(sent).toStrictEqual([])
  })
})
