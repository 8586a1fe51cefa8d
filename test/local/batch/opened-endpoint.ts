import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateComputeEnvironmentCommand,
  CreateJobQueueCommand,
  RegisterJobDefinitionCommand,
  SubmitJobCommand,
  type ComputeResource,
  type JobDetail,
  type SubmitJobCommandInput,
} from '@aws-sdk/client-batch'
import { openBatchEndpoint, type BatchEndpoint } from '#local/batch/batch-endpoint.ts'
import type { JobEvent } from '#local/batch/events/job-event.ts'
import { batchClient, type BatchClientWithModel } from './batch-client.ts'
import { containerProperties, ec2 } from './batch-rig.ts'

/** An endpoint with an environment `ce`, a queue `q` and a definition `d`, and the SDK's client of it. */
export interface OpenedEndpoint {
  readonly endpoint: BatchEndpoint
  readonly folder: string
  readonly aws: BatchClientWithModel
  /** Submits a shell script and tells the job's id. */
  submit(script: string, request?: Partial<SubmitJobCommandInput>): Promise<string>
  /** Resolves once an event tells that a job has come to one of the statuses. */
  reached(jobId: string, ...statuses: readonly string[]): Promise<JobDetail>
  ended(jobId: string): Promise<JobDetail>
  logOf(job: JobDetail): string
  close(): Promise<void>
}

export async function openEndpoint(): Promise<OpenedEndpoint> {
  const folder = mkdtempSync(join(tmpdir(), 'batch-'))
  const events: JobEvent[] = []
  const waiting = new Set<() => void>()
  const endpoint = await openBatchEndpoint({
    folder,
    inherit: { PATH: process.env['PATH'] ?? '' },
    machine: { vcpus: 8, memoryMiB: 8192, gpus: 0 },
    emulation: () => ({ startDelay: { kind: 'fixed', seconds: 0 }, reclaim: { kind: 'never' } }),
    timing: { stopGraceS: 5 },
    onEvent: async (event) => {
      events.push(event)
      for (const look of waiting) look()
    },
    onError: (error) => {
      throw error
    },
  })
  const aws = batchClient(endpoint.url)
  const computeResources = { ...ec2, maxvCpus: 8, instanceTypes: ['c7i'] } as ComputeResource
  await aws.client.send(
    new CreateComputeEnvironmentCommand({
      computeEnvironmentName: 'ce',
      type: 'MANAGED',
      computeResources,
      tags: { a: '1' },
    }),
  )
  const computeEnvironmentOrder = [{ order: 1, computeEnvironment: 'ce' }]
  await aws.client.send(new CreateJobQueueCommand({ jobQueueName: 'q', priority: 1, computeEnvironmentOrder }))
  await aws.client.send(
    new RegisterJobDefinitionCommand({ jobDefinitionName: 'd', type: 'container', containerProperties }),
  )

  const reached = (jobId: string, ...statuses: readonly string[]) =>
    new Promise<JobDetail>((resolve) => {
      const look = () => {
        const found = events.find(({ detail }) => detail.jobId === jobId && statuses.includes(detail.status ?? ''))
        if (found === undefined) return
        waiting.delete(look)
        resolve(found.detail)
      }
      waiting.add(look)
      look()
    })

  return {
    endpoint,
    folder,
    aws,
    submit: async (script, request = {}) => {
      const containerOverrides = { command: ['sh', '-c', script], ...request.containerOverrides }
      const answer = await aws.client.send(
        new SubmitJobCommand({ jobName: 'j', jobQueue: 'q', jobDefinition: 'd', ...request, containerOverrides }),
      )
      return answer.jobId ?? ''
    },
    reached,
    ended: (jobId) => reached(jobId, 'SUCCEEDED', 'FAILED'),
    logOf: ({ container }) => readFileSync(endpoint.logFileOf(container?.logStreamName ?? ''), 'utf8'),
    close: async () => {
      aws.client.destroy()
      await endpoint.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
