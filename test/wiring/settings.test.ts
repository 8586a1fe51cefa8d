import { describe, expect, it } from 'vitest'
import { readSettings } from '#account/settings.ts'
import { deploymentEnvironment, deploymentFunctions } from '#contract/deployment.ts'

const environment = {
  FORKCAST_DEPLOYMENT: 'forkcast',
  FORKCAST_TABLE: 'table',
  FORKCAST_BUCKET: 'bucket',
  FORKCAST_STATE_MACHINE: 'arn:aws:states:us-east-1:000000000000:stateMachine:forkcast',
  FORKCAST_DISPATCH_QUEUE: 'https://sqs.us-east-1.amazonaws.com/000000000000/dispatch.fifo',
  FORKCAST_TIMER_QUEUE: 'https://sqs.us-east-1.amazonaws.com/000000000000/timers',
}

describe('settings of a function', () => {
  it('are those that it reads, and no others', () => {
    const settings = readSettings({ ...environment, FORKCAST_AGENT: 'not looked at' }, deploymentFunctions.launch)
    expect(Object.keys(settings).sort()).toStrictEqual([...deploymentFunctions.launch].sort())
    expect(settings.table).toBe('table')
  })

  it('may leave out what has a default', () => {
    const { vcpus, image } = readSettings({ ...environment, FORKCAST_VCPUS: '64' }, deploymentFunctions.settle)
    expect([vcpus, image]).toStrictEqual([64, undefined])
  })

  it('are refused with all variables that are missing or malformed', () => {
    const faulty = { ...environment, FORKCAST_TABLE: '', FORKCAST_STATE_MACHINE: 'machine', FORKCAST_VCPUS: 'many' }
    const { FORKCAST_BUCKET: _, ...rest } = faulty
    const words = [
      'FORKCAST_TABLE is not set',
      'FORKCAST_BUCKET is not set',
      'FORKCAST_STATE_MACHINE=machine',
      'FORKCAST_VCPUS=many',
    ]
    for (const word of words) expect(() => readSettings(rest, deploymentFunctions.settle)).toThrow(word)
  })

  it('are in the environment of every function that reads them', () => {
    const all = new Set(Object.values(deploymentFunctions).flat())
    const byNobody = Object.keys(deploymentEnvironment).filter((setting) => !all.has(setting as never))
    // Agents call it, and are told by their job definitions.
    expect(byNobody).toStrictEqual(['cloneApi'])
  })
})
