import {
  ExecutionAlreadyExists,
  InvalidToken,
  type SendTaskSuccessCommand,
  type SFNClient,
  SFNServiceException,
  type StartExecutionCommand,
  TaskDoesNotExist,
  TaskTimedOut,
} from '@aws-sdk/client-sfn'
import { describe, expect, it } from 'vitest'
import { SfnExecutions } from '#adapters/aws/sfn-executions.ts'
import { executionInput } from '#contract/state-machine.ts'
import type { FrontierInput } from '#ports/executions.ts'

const frontier: FrontierInput = { run: 'run_00000001', tasks: [{ task: 'A', attempt: 1, clones: [0, 1] }] }
const said = { message: 'said by the service', $metadata: {} }

/** Executions whose service answers so. */
function open(answer: () => unknown = () => ({})) {
  const sent: unknown[] = []
  const client = {
    send: async (command: unknown) => {
      sent.push(command)
      return answer()
    },
  } as unknown as Pick<SFNClient, 'send'>
  return { sent, executions: new SfnExecutions({ client, stateMachineArn: 'arn:machine' }) }
}
const failing = (error: Error) =>
  open(() => {
    throw error
  }).executions

describe('executions on Step Functions', () => {
  it('starts by name, with the frontier as its input', async () => {
    const { sent, executions } = open()
    expect(await executions.start('run_00000001-0a', frontier)).toBe('started')
    expect((sent[0] as StartExecutionCommand).input).toStrictEqual({
      stateMachineArn: 'arn:machine',
      name: 'run_00000001-0a',
      input: JSON.stringify(executionInput(frontier.run, frontier.tasks)),
    })
  })

  it('takes an execution that exists for its own', async () => {
    expect(await failing(new ExecutionAlreadyExists(said)).start('one', frontier)).toBe('already')
  })

  it.each(['', 'a'.repeat(81), 'a b', 'café'])('refuses the name "%s" before it asks', async (name) => {
    const { sent, executions } = open()
    await expect(executions.start(name, frontier)).rejects.toThrow('cannot be called')
    expect(sent).toStrictEqual([])
  })

  it('refuses an input beyond 256 KiB before it asks, counted in bytes', async () => {
    const { sent, executions } = open()
    const withTask = (task: string): FrontierInput => ({ run: 'r', tasks: [{ task, attempt: 1, clones: [0] }] })
    const { run, tasks } = withTask('')
    const free = 256 * 1024 - Buffer.byteLength(JSON.stringify(executionInput(run, tasks)))
    // Two bytes, and the task is named twice: once more in its clone.
    const most = Math.floor(free / 4)
    expect(await executions.start('one', withTask('é'.repeat(most)))).toBe('started')
    await expect(executions.start('one', withTask('é'.repeat(most + 1)))).rejects.toThrow('bytes')
    expect(sent).toHaveLength(1)
  })

  it('answers a wait with its outcome', async () => {
    const { sent, executions } = open()
    expect(await executions.answer('token', { outcome: 'won' })).toBe('answered')
    expect((sent[0] as SendTaskSuccessCommand).input).toStrictEqual({
      taskToken: 'token',
      output: '{"outcome":"won"}',
    })
  })

  it.each([new TaskTimedOut(said), new TaskDoesNotExist(said), new InvalidToken(said)])(
    'takes a token that $name for spent',
    async (error) => {
      expect(await failing(error).answer('token', { outcome: 'won' })).toBe('spent')
    },
  )

  it('passes on what it does not know', async () => {
    const error = new SFNServiceException({ ...said, name: 'StateMachineDoesNotExist', $fault: 'client' })
    await expect(failing(error).start('one', frontier)).rejects.toBe(error)
    await expect(failing(error).answer('token', { outcome: 'won' })).rejects.toBe(error)
  })
})
