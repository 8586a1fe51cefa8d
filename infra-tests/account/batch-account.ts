import { join } from 'node:path'
import { CreateComputeEnvironmentCommand, CreateJobQueueCommand } from '@aws-sdk/client-batch'
import { createBatchClient } from '#adapters/aws/batch-client.ts'
import type { PoolParameter } from '#contract/deployment.ts'
import { type BatchEndpoint, openBatchEndpoint } from '#local/batch/batch-endpoint.ts'
import type { JobEvent } from '#local/batch/events/job-event.ts'
import type { ExternalPool } from '../../lib/pools/external-pools.ts'
import { credentials, region } from './emulated-account.ts'

/** Queues of an AWS Batch on this machine, and how a deployment is told of them. */
export interface BatchAccount {
  readonly endpoint: BatchEndpoint
  readonly pools: readonly ExternalPool[]
}

export interface BatchAccountOptions {
  readonly folder: string
  /** The command of each container, and variables of its process. */
  readonly command: readonly string[]
  readonly environment: Readonly<Record<string, string>>
  /** Told of the session of each container. */
  readonly onProcessGroup: (leader: number, what: 'started' | 'ended') => void
  readonly onEvent: (event: JobEvent) => Promise<void>
  readonly onError: (error: unknown) => void
}

/** More than most machines have: containers mostly wait for answers. */
const machine = { vcpus: 32, memoryMiB: 65_536, gpus: 0 }
const startDelayS = 0.2

type Shape = Pick<PoolParameter, 'id' | 'spillsTo' | 'startDelayS' | 'vcpus'> & { readonly isSpot: boolean }

/** Hosts come as fast as these say; the rest is as usual for pools of these names. The last one has room for what is wide. */
const shapes: readonly Shape[] = [
  { id: 'hot-cpu', startDelayS, vcpus: 4, spillsTo: ['warm-cpu', 'cold-cpu'], isSpot: false },
  { id: 'warm-cpu', startDelayS, vcpus: 4, spillsTo: ['cold-cpu'], isSpot: false },
  { id: 'cold-cpu', startDelayS, vcpus: 4, spillsTo: [], isSpot: false },
  { id: 'warm-cpu-spot', startDelayS, vcpus: 4, spillsTo: ['cold-cpu-spot'], isSpot: true },
  { id: 'cold-cpu-spot', startDelayS, vcpus: 16, spillsTo: [], isSpot: true },
]

/** Opens the endpoint, and makes an environment and a queue for each pool. */
export async function openBatchAccount({
  folder,
  command,
  environment,
  ...told
}: BatchAccountOptions): Promise<BatchAccount> {
  const endpoint = await openBatchEndpoint({
    folder: join(folder, 'batch'),
    inherit: { PATH: process.env['PATH'] ?? '', HOME: folder, LANG: 'C.UTF-8', ...environment },
    machine,
    seed: 'an account',
    emulation: () => ({ startDelay: { kind: 'fixed', seconds: startDelayS }, reclaim: { kind: 'never' } }),
    ...told,
  })
  const client = createBatchClient({ endpoint: endpoint.url, region, credentials })
  const pools: ExternalPool[] = []
  for (const { isSpot, ...shape } of shapes) {
    await client.send(
      new CreateComputeEnvironmentCommand({
        computeEnvironmentName: shape.id,
        type: 'MANAGED',
        computeResources: {
          type: isSpot ? 'SPOT' : 'EC2',
          allocationStrategy: 'BEST_FIT_PROGRESSIVE',
          minvCpus: 0,
          maxvCpus: shape.vcpus,
          instanceTypes: ['c7i.large'],
          subnets: ['subnet-1'],
          securityGroupIds: ['sg-1'],
          instanceRole: 'ecsInstanceRole',
        },
      }),
    )
    const { jobQueueArn: queue = '' } = await client.send(
      new CreateJobQueueCommand({
        jobQueueName: shape.id,
        priority: 1,
        computeEnvironmentOrder: [{ order: 1, computeEnvironment: shape.id }],
      }),
    )
    const memoryMiB = shape.vcpus * 2048
    pools.push({ ...shape, memoryMiB, queue, instanceTypes: ['c7i.large'], container: { command: [...command] } })
  }
  client.destroy()
  return { endpoint, pools }
}
