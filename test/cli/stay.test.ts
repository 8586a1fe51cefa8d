import { expect, it } from 'vitest'
import { stay } from '#cli/stay.ts'
import { FakeHost } from './fakes/fake-host.ts'

/** An engine in which a run of another process lives until it is closed. */
function engineWithGuest() {
  const drains: number[] = []
  const control = {
    role: () => 'engine',
    guests: async () => (drains.length === 0 ? ['run_1'] : []),
    close: async ({ drainS }: { readonly drainS: number }) => void drains.push(drainS),
  }
  return { drains, control: control as unknown as Parameters<typeof stay>[1] }
}

it('who stays for others hands over at a signal, and one that comes late does not end the process otherwise', async () => {
  const host = new FakeHost()
  const { control, drains } = engineWithGuest()
  const said: string[] = []
  const stayed = stay(host, control, { drainS: 30, say: (words) => void said.push(words) })
  await host.untilTimer()
  host.signal('SIGINT')
  await stayed
  host.signal('SIGINT')
  expect(drains).toStrictEqual([30, 0])
  expect(said).toStrictEqual([
    'run run_1 of another process lives in this engine; this process stays for that, Ctrl-C hands over',
  ])
})
