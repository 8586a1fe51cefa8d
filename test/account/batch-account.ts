import { join } from 'node:path'
import { type BatchClient, CreateComputeEnvironmentCommand, CreateJobQueueCommand } from '@aws-sdk/client-batch'
import { createBatchClient } from '#adapters/aws/batch-client.ts'
import { BatchJobs } from '#adapters/aws/batch-jobs.ts'
import type { AlarmClock } from '#adapters/local/alarm-clock.ts'
import { containerEnvironment } from '#contract/container-environment.ts'
import type { PoolParameter } from '#contract/deployment.ts'
import { openBatchEndpoint } from '#local/batch/batch-endpoint.ts'
import type { EventKnobs } from '#local/batch/events/event-delivery.ts'
import type { JobEvent } from '#local/batch/events/job-event.ts'
import { credentials, region } from './emulated-account.ts'

/** Pools of a deployment on an AWS Batch of this machine. */
export interface BatchAccount {
  readonly client: BatchClient
  /** What its stack would say of each pool. */
  readonly pools: readonly PoolParameter[]
  /** Takes away the host of a clone's job. */
  reclaim(job: string): Promise<void>
  close(): Promise<void>
}

export interface BatchAccountOptions {
  readonly folder: string
  readonly clock: AlarmClock
  /** The agent, as one file. */
  readonly agent: string
  /** What all containers are told. */
  readonly environment: Readonly<Record<Exclude<keyof typeof containerEnvironment, 'agentSha256'>, string>>
  /** Of the machine and of each pool. */
  readonly vcpus: number
  readonly eventKnobs: Partial<EventKnobs>
  /** Takes an event once it has come. */
  readonly onEvent: (event: JobEvent) => Promise<void>
  readonly onError: (error: unknown) => void
}

/** More than there is: most containers wait for something. */
const machine = { memoryMiB: 16_384, gpus: 0 }

const shapes = [
  { id: 'hot-cpu', tier: 'hot', purchase: 'on-demand', startDelayS: 0.1, spillsTo: ['warm-cpu', 'cold-cpu'] },
  { id: 'warm-cpu', tier: 'warm', purchase: 'on-demand', startDelayS: 0.2, spillsTo: ['cold-cpu'] },
  { id: 'cold-cpu', tier: 'cold', purchase: 'on-demand', startDelayS: 0.5, spillsTo: [] },
  { id: 'warm-cpu-spot', tier: 'warm', purchase: 'spot', startDelayS: 0.2, spillsTo: ['cold-cpu-spot'] },
  { id: 'cold-cpu-spot', tier: 'cold', purchase: 'spot', startDelayS: 0.5, spillsTo: [] },
] as const

/** Opens an endpoint, and makes an environment and a queue for each pool. */
export async function openBatchAccount(options: BatchAccountOptions): Promise<BatchAccount> {
  const { folder, clock, agent, environment, vcpus, eventKnobs, onEvent, onError } = options
  const { accessKeyId } = credentials
  const endpoint = await openBatchEndpoint({
    folder: join(folder, 'batch'),
    inherit: {
      PATH: process.env['PATH'] ?? '',
      HOME: folder,
      LANG: 'C.UTF-8',
      // Many processes start the same program.
      NODE_COMPILE_CACHE: join(folder, 'compiled'),
    },
    clock,
    machine: { ...machine, vcpus },
    seed: 'an account',
    accessKeyId,
    emulation: () => ({ startDelay: { kind: 'fixed', seconds: 0.1 }, reclaim: { kind: 'never' } }),
    eventKnobs,
    onEvent,
    onError,
  })
  const config = { endpoint: endpoint.url, region, credentials }
  const client = createBatchClient(config)
  const pools: PoolParameter[] = []
  for (const { spillsTo, ...shape } of shapes) {
    await client.send(
      new CreateComputeEnvironmentCommand({
        computeEnvironmentName: shape.id,
        type: 'MANAGED',
        computeResources: {
          type: shape.purchase === 'spot' ? 'SPOT' : 'EC2',
          allocationStrategy: 'BEST_FIT_PROGRESSIVE',
          minvCpus: 0,
          maxvCpus: 2 * vcpus,
          instanceTypes: ['c7i.xlarge'],
          subnets: ['subnet-1'],
          securityGroupIds: ['sg-1'],
          instanceRole: 'ecsInstanceRole',
        },
      }),
    )
    const order = [{ order: 1, computeEnvironment: shape.id }]
    const { jobQueueArn = '' } = await client.send(
      new CreateJobQueueCommand({ jobQueueName: shape.id, priority: 1, computeEnvironmentOrder: order }),
    )
    pools.push({
      ...shape,
      spillsTo: [...spillsTo],
      accelerator: 'cpu',
      platform: 'EC2',
      queue: jobQueueArn,
      fairShare: false,
      vcpus,
      memoryMiB: 8192,
      gpus: 0,
      price: { usdPerVcpuHour: 0.04, usdPerGiBHour: 0.004, usdPerGpuHour: 0 },
      reclaimsPerHour: shape.purchase === 'spot' ? 0.05 : 0,
      instanceTypes: ['c7i.xlarge'],
      container: {
        command: [process.execPath, agent],
        environment: Object.entries(environment).map(([setting, value]) => {
          return { name: containerEnvironment[setting as keyof typeof containerEnvironment], value }
        }),
      },
    })
  }
  return {
    client,
    pools,
    async reclaim(job) {
      const found = await new BatchJobs(
        client,
        pools.map(({ queue }) => queue),
      ).find([job])
      for (const { id } of found) endpoint.reclaimHostOf(id)
    },
    async close() {
      client.destroy()
      await endpoint.close()
    },
  }
}
