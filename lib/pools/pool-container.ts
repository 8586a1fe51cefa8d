import { agentContainerOnEc2, agentContainerOnFargate } from '#contract/agent-container.ts'
import { containerEnvironment } from '#contract/container-environment.ts'
import type { PoolParameter } from '#contract/deployment.ts'
import { initContainer } from '../host/user-data.ts'
import type { PoolKind } from './pool-kinds.ts'

/** What containers of a deployment are started with. */
export interface PoolContainerOptions {
  readonly cloneApi: string
  /** SHA-256 of the agent's bundle. */
  readonly agentSha256: string
  readonly bucketName: string
  readonly region: string
  /** Another object store than S3. */
  readonly objectsUrl?: string
  /** Of pools made here. */
  readonly logGroupName?: string
  readonly executionRoleArn?: string
  readonly publicIp?: boolean
}

/** What all containers of a pool have in common: the agent as their first program, where it calls, and where its log goes. */
export function poolContainer(kind: PoolKind, options: PoolContainerOptions): PoolParameter['container'] {
  const {
    cloneApi,
    agentSha256,
    bucketName,
    region,
    objectsUrl,
    logGroupName,
    executionRoleArn,
    publicIp = false,
  } = options
  const isOnFargate = kind.platform === 'FARGATE'
  const { environment, init, command, volumes, mountPoints, linuxParameters } = isOnFargate
    ? agentContainerOnFargate(initContainer())
    : agentContainerOnEc2({ isSpot: kind.purchase === 'spot' })
  return {
    command: [...command],
    volumes: volumes.map(({ name, host }) => ({ name, ...(host && { host: { ...host } }) })),
    mountPoints: mountPoints.map((mount) => ({ ...mount })),
    linuxParameters,
    environment: [
      { name: containerEnvironment.cloneApi, value: cloneApi },
      { name: containerEnvironment.bucket, value: bucketName },
      { name: containerEnvironment.region, value: region },
      // On Fargate each task is a host of its own, which has nothing yet.
      ...(isOnFargate ? [] : [{ name: containerEnvironment.agentSha256, value: agentSha256 }]),
      ...(objectsUrl === undefined ? [] : [{ name: containerEnvironment.objectsUrl, value: objectsUrl }]),
      ...environment.map((variable) => ({ ...variable })),
    ],
    ...(logGroupName !== undefined && {
      logConfiguration: {
        logDriver: 'awslogs',
        options: { 'awslogs-group': logGroupName, 'awslogs-region': region, 'awslogs-stream-prefix': kind.id },
      },
    }),
    ...(isOnFargate && {
      ...(init && { init: { image: init.image, command: [...init.command] } }),
      ...(executionRoleArn !== undefined && { executionRoleArn }),
      networkConfiguration: { assignPublicIp: publicIp ? 'ENABLED' : 'DISABLED' },
    }),
  }
}
