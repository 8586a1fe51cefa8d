import { describe, expect, it } from 'vitest'
import { EventBridgeWatchSwitch } from '#adapters/aws/eventbridge-watch-switch.ts'

/** A switch with what it asked for; `broken`: calls that fail. */
function open(broken: readonly number[] = []) {
  let nowMs = 0
  const asked: string[] = []
  const send = async ({
    constructor,
    input,
  }: {
    readonly constructor: { readonly name: string }
    readonly input: unknown
  }) => {
    asked.push(`${constructor.name} ${JSON.stringify(input)}`)
    if (broken.includes(asked.length)) throw new Error('throttled')
  }
  const under = new EventBridgeWatchSwitch({ client: { send } as never, rule: 'watch', nowMs: () => nowMs })
  return { under, asked, at: (ms: number) => void (nowMs = ms) }
}

const on = 'EnableRuleCommand {"Name":"watch"}'
const off = 'DisableRuleCommand {"Name":"watch"}'

describe('the switch of the watch', () => {
  it('is turned on once by those who come together', async () => {
    const { under, asked, at } = open()
    await under.on()
    at(9_999)
    await under.on()
    expect(asked).toStrictEqual([on])
    at(10_000)
    await under.on()
    expect(asked).toStrictEqual([on, on])
  })

  it('is turned on again at once after it was turned off', async () => {
    const { under, asked } = open()
    await under.on()
    await under.off()
    await under.on()
    expect(asked).toStrictEqual([on, off, on])
  })

  it('is not taken to be on when that was refused', async () => {
    const { under, asked } = open([1])
    await expect(under.on()).rejects.toThrow('throttled')
    await under.on()
    expect(asked).toStrictEqual([on, on])
  })
})
