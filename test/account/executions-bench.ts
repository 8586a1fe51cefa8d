import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { CreateStateMachineCommand, GetExecutionHistoryCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn'
import { SfnExecutions } from '#adapters/aws/sfn-executions.ts'
import { type LaunchInput, type SettleInput, stateMachine } from '#contract/state-machine.ts'
import type { ExecutionsUnderTest } from '../contracts/executions.ts'
import { sfnClient } from './emulated-account.ts'
import { newForwardingFunction } from './forwarding-function.ts'

/** For so long nothing happens before it is said that nothing happens any more. */
const quietMs = 400

/**
 * The state machine of the contract on MiniStack, whose functions call back to this process; executions by a client that `spoil` was
 * shown.
 */
export async function executionsBench(spoil: (client: object) => void = () => undefined): Promise<ExecutionsUnderTest> {
  const launched: LaunchInput[] = []
  const settled: SettleInput[] = []
  const broken = new Set<string>()
  let calls = 0
  const server = createServer((request, response) => {
    void json(request).then((input) => {
      calls += 1
      const refused = request.url === '/launch' && broken.has((input as LaunchInput).slot.task)
      if (request.url === '/settle') settled.push(input as SettleInput)
      else if (!refused) launched.push(input as LaunchInput)
      response.writeHead(refused ? 500 : 200).end()
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo

  const calm = sfnClient()
  const client = sfnClient()
  spoil(client)
  const [launch, settle] = await Promise.all(
    ['launch', 'settle'].map((path) => newForwardingFunction(`http://127.0.0.1:${port}/${path}`)),
  )
  const { stateMachineArn = '' } = await calm.send(
    new CreateStateMachineCommand({
      name: `machine-${randomUUID()}`,
      roleArn: 'arn:aws:iam::000000000000:role/machine',
      definition: JSON.stringify(stateMachine({ launch: launch ?? '', settle: settle ?? '' })),
    }),
  )

  /** Events of all executions so far, and how many calls of functions have been made but did not come yet. */
  const happened = async (): Promise<{ readonly events: number; readonly toCome: number }> => {
    const { executions: all = [] } = await calm.send(new ListExecutionsCommand({ stateMachineArn }))
    const histories = await Promise.all(
      all.map(async ({ executionArn }) => {
        const { events = [] } = await calm.send(new GetExecutionHistoryCommand({ executionArn, maxResults: 1_000 }))
        return events
      }),
    )
    const made = histories.map((events) => events.filter(({ type }) => type === 'TaskScheduled').length)
    // An execution whose history has no call yet has just been started.
    const toCome = made.reduce((sum, calls) => sum + Math.max(calls, 1), -calls)
    return { events: histories.flat().length, toCome }
  }
  const executions = new SfnExecutions({ client, stateMachineArn })
  return {
    executions,
    launched: () => launched,
    settled: () => settled,
    breakLaunchOf: (task) => void broken.add(task),
    async goOn() {
      for (let before = await happened(); ;) {
        await wait(quietMs)
        const now = await happened()
        if (now.toCome <= 0 && now.events === before.events) return
        before = now
      }
    },
    async close() {
      // A thread of MiniStack waits for each token.
      const calmly = new SfnExecutions({ client: calm, stateMachineArn })
      await Promise.all(launched.map(({ token }) => calmly.answer(token, { outcome: 'given up' })))
      server.close()
      server.closeAllConnections()
      calm.destroy()
      client.destroy()
    },
  }
}
