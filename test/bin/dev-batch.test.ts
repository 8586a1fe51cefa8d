import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
  type ComputeResource,
} from '@aws-sdk/client-batch'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { readProcess } from '#agent/process-table.ts'
import type { JobEvent } from '#local/batch/events/job-event.ts'
import { GatedRuns, patience } from '../builders/gated-run.ts'
import { batchClient } from '../local/batch/batch-client.ts'
import { containerProperties, ec2 } from '../local/batch/batch-rig.ts'

let runs: GatedRuns
beforeEach(() => {
  runs = new GatedRuns()
})
afterEach(() => runs[Symbol.dispose]())

it('forkcast dev batch runs a job, and its containers end with it however it ends', { timeout: 60_000 }, async () => {
  const child = runs.start(['dev', 'batch', '--events'])
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const exported = (name: string) =>
    vi.waitFor(() => {
      const [, value] = new RegExp(`${name}=(\\S+)`).exec(stderr) ?? []
      if (value === undefined) throw new Error(`it said ${stderr}`)
      return value
    }, patience)
  const { client } = batchClient(await exported('AWS_ENDPOINT_URL_BATCH'), await exported('AWS_ACCESS_KEY_ID'))
  const computeResources = ec2 as ComputeResource
  await client.send(
    new CreateComputeEnvironmentCommand({ computeEnvironmentName: 'ce', type: 'MANAGED', computeResources }),
  )
  const computeEnvironmentOrder = [{ order: 1, computeEnvironment: 'ce' }]
  await client.send(new CreateJobQueueCommand({ jobQueueName: 'q', priority: 1, computeEnvironmentOrder }))
  const command = ['sh', '-c', 'echo $$; while :; do sleep 0.05; done']
  await client.send(
    new RegisterJobDefinitionCommand({
      jobDefinitionName: 'd',
      type: 'container',
      containerProperties: { ...containerProperties, command },
    }),
  )
  await client.send(new SubmitJobCommand({ jobName: 'j', jobQueue: 'q', jobDefinition: 'd' }))
  const container = await vi.waitFor(() => {
    const events = stdout
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as JobEvent)
    const logStream = events.find(({ detail }) => detail.status === 'RUNNING')?.detail.container?.logStreamName
    const log = readFileSync(join(runs.state, 'batch', 'logs', `${logStream}.log`), 'utf8')
    expect(log).toMatch(/^\d+\n$/)
    return Number(log)
  }, patience)
  expect(readProcess(container)?.alive).toBe(true)
  client.destroy()
  child.kill('SIGKILL')
  await vi.waitFor(() => expect(readProcess(container)?.alive ?? false).toBe(false), patience)
})
