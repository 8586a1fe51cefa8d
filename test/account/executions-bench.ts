import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { setTimeout as wait } from 'node:timers/promises'
import { CreateStateMachineCommand, GetExecutionHistoryCommand, ListExecutionsCommand } from '@aws-sdk/client-sfn'
import { inject } from 'vitest'
import { SfnExecutions } from '#adapters/aws/sfn-executions.ts'
import { type LaunchInput, type SettleInput, stateMachine } from '#contract/state-machine.ts'
import type { ExecutionsUnderTest } from '../contracts/executions.ts'
import { sfnClient } from './emulated-account.ts'
import { storedZip } from './stored-zip.ts'

/** For so long nothing happens before it is said that nothing happens any more. */
const quietMs = 400

/** A function that passes on what it is called with, and fails when that is refused. */
const caller = `exports.handler = async (input) => {
  const answer = await fetch(process.env.CALLS, { method: 'POST', body: JSON.stringify(input) })
  if (!answer.ok) throw new Error('refused')
  return {}
}`

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
      const refused = request.url === '/launch' && broken.has((input as LaunchInput).task)
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
    ['launch', 'settle'].map((path) => newFunction(`http://127.0.0.1:${port}/${path}`)),
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

/** Makes a Lambda function of MiniStack; its ARN. */
async function newFunction(calls: string): Promise<string> {
  const answer = await fetch(`${inject('miniStack')}/2015-03-31/functions`, {
    method: 'POST',
    body: JSON.stringify({
      FunctionName: `function-${randomUUID()}`,
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::000000000000:role/function',
      Code: { ZipFile: storedZip('index.js', caller).toString('base64') },
      Environment: { Variables: { CALLS: calls } },
      Timeout: 30,
    }),
  })
  const made = (await answer.json()) as { readonly FunctionArn?: string }
  if (made.FunctionArn === undefined) throw new Error(`no function was made: ${JSON.stringify(made)}`)
  return made.FunctionArn
}
