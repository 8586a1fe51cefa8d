import { describe, expect, it } from 'vitest'
import type { BatchContainer } from '#adapters/aws/batch-container.ts'
import { ecsProperties, isPrepared, sizeOverrides, type PreparedContainer } from '#adapters/aws/ecs-properties.ts'
import { agentContainerOnEc2, agentContainerOnFargate } from '#contract/agent-container.ts'
import { sizeOn } from '#core/pools/size.ts'

const init = { image: 'node', command: ['sh', '-c', 'copy'] }
const logConfiguration = { logDriver: 'awslogs' as const }
/** As it comes out of a pool's parameter. */
const container = JSON.parse(
  JSON.stringify({
    ...agentContainerOnFargate(init),
    jobRoleArn: 'job',
    executionRoleArn: 'execution',
    networkConfiguration: { assignPublicIp: 'ENABLED' },
    fargatePlatformConfiguration: { platformVersion: '1.4.0' },
    runtimePlatform: { cpuArchitecture: 'ARM64' },
    ephemeralStorage: { sizeInGiB: 50 },
    logConfiguration,
  }),
) as PreparedContainer
const size = { vcpus: 1, memoryMiB: 2048, gpus: 0 }
const requirements = (vcpus: string, memory: string) => [
  { type: 'VCPU', value: vcpus },
  { type: 'MEMORY', value: memory },
]

describe('a task of Fargate', () => {
  it('has a container that brings the runtime, and one that starts when that went well', () => {
    const [task] = ecsProperties('python', size, container).taskProperties ?? []
    expect(task).toStrictEqual({
      containers: [
        {
          name: 'forkcast-runtime',
          image: 'node',
          command: ['sh', '-c', 'copy'],
          essential: false,
          mountPoints: [{ sourceVolume: 'forkcast-runtime', containerPath: '/opt/forkcast', readOnly: false }],
          resourceRequirements: requirements('0.25', '128'),
          logConfiguration,
        },
        {
          name: 'clone',
          image: 'python',
          command: container.command,
          environment: container.environment,
          linuxParameters: { initProcessEnabled: true },
          essential: true,
          dependsOn: [{ containerName: 'forkcast-runtime', condition: 'SUCCESS' }],
          mountPoints: [{ sourceVolume: 'forkcast-runtime', containerPath: '/opt/forkcast', readOnly: true }],
          resourceRequirements: requirements('0.75', '1920'),
          logConfiguration,
        },
      ],
      volumes: [{ name: 'forkcast-runtime' }],
      taskRoleArn: 'job',
      executionRoleArn: 'execution',
      networkConfiguration: { assignPublicIp: 'ENABLED' },
      ephemeralStorage: { sizeInGiB: 50 },
      runtimePlatform: { cpuArchitecture: 'ARM64' },
      platformVersion: '1.4.0',
    })
    const bare = { init, command: container.command } as PreparedContainer
    expect(ecsProperties('python', size, bare).taskProperties?.[0]).toHaveProperty('volumes', [])
  })

  it.each([
    [0.25, 512],
    [1, 2048],
    [16, 122_880],
  ])('of %s vCPUs and %s MiB is submitted with that as the sum of its containers', (vcpus, memoryMiB) => {
    const asked = { vcpus, memoryMiB, gpus: 0 }
    expect(sizeOn('FARGATE', asked)).toMatchObject({ value: asked })
    const overrides = sizeOverrides(container, asked, [{ name: 'a', value: 'b' }])
    if (!('ecsPropertiesOverride' in overrides)) throw new Error('no override of a task')
    const containers = overrides.ecsPropertiesOverride.taskProperties?.[0]?.containers ?? []
    const sum = (type: string) =>
      containers
        .flatMap((one) => one.resourceRequirements ?? [])
        .filter((one) => one.type === type)
        .reduce((total, { value }) => total + Number(value), 0)
    expect([sum('VCPU'), sum('MEMORY')]).toStrictEqual([vcpus, memoryMiB])
    expect(containers.map(({ name, environment }) => [name, environment?.length])).toStrictEqual([
      ['forkcast-runtime', undefined],
      ['clone', 1],
    ])
  })
})

describe('a container of EC2', () => {
  it('is one, and its host has what it mounts', () => {
    const onEc2 = JSON.parse(JSON.stringify(agentContainerOnEc2({ isSpot: true }))) as BatchContainer
    expect(isPrepared(onEc2)).toBe(false)
    expect(onEc2.environment).toStrictEqual([
      { name: 'NODE_OPTIONS', value: '' },
      { name: 'LD_PRELOAD', value: '' },
      { name: 'FORKCAST_SPOT_HOST', value: 'true' },
    ])
    expect(agentContainerOnEc2({ isSpot: false }).environment).toHaveLength(2)
    const volumes = new Map(onEc2.volumes?.map(({ name, host }) => [name, host?.sourcePath]))
    for (const { sourceVolume = '', containerPath } of onEc2.mountPoints ?? []) {
      expect(volumes.get(sourceVolume)).toBe(containerPath)
    }
    expect(sizeOverrides(onEc2, { ...size, gpus: 1 }, [])).toStrictEqual({
      containerOverrides: {
        environment: [],
        resourceRequirements: [...requirements('1', '2048'), { type: 'GPU', value: '1' }],
      },
    })
  })
})
