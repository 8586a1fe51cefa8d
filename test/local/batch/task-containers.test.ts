import type { EcsProperties, EcsPropertiesOverride } from '@aws-sdk/client-batch'
import { describe, expect, it } from 'vitest'
import { taskContainersOf, taskDetail } from '#local/batch/job/task-containers.ts'

const requirements = (vcpus: string, memory: string) => [
  { type: 'VCPU' as const, value: vcpus },
  { type: 'MEMORY' as const, value: memory },
]
const first = { name: 'first', image: 'node', essential: false, resourceRequirements: requirements('0.25', '128') }
const main = {
  name: 'main',
  image: 'python',
  command: ['Ref::program'],
  environment: [{ name: 'A', value: '1' }],
  dependsOn: [{ containerName: 'first', condition: 'SUCCESS' }],
  resourceRequirements: requirements('0.75', '1920'),
}
const task = (...containers: object[]) => ({ taskProperties: [{ containers }] }) as EcsProperties

describe('a job of several containers', () => {
  it('asks for what they ask for together, and runs the essential one', () => {
    const override: EcsPropertiesOverride = {
      taskProperties: [
        {
          containers: [
            {
              name: 'main',
              environment: [{ name: 'B', value: '2' }],
              resourceRequirements: requirements('1.75', '3968'),
            },
          ],
        },
      ],
    }
    const properties = { taskProperties: [{ ...task(first, main).taskProperties![0]!, taskRoleArn: 'role' }] }
    const { container, containers } = taskContainersOf(properties, override, { program: 'x' })
    expect(container).toMatchObject({
      image: 'python',
      command: ['x'],
      environment: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
      resourceRequirements: requirements('2', '4096'),
      jobRoleArn: 'role',
    })
    expect(containers.map(({ name, resourceRequirements }) => [name, resourceRequirements])).toStrictEqual([
      ['first', requirements('0.25', '128')],
      ['main', requirements('1.75', '3968')],
    ])
  })

  it('is told of with all of them, each with how it ended', () => {
    const containers = taskContainersOf(task(first, main), {}, {})
    const codes = (last: object | undefined) =>
      taskDetail(containers, last).taskProperties[0]?.containers.map(({ exitCode }) => exitCode)
    expect(codes(undefined)).toStrictEqual([undefined, undefined])
    expect(codes({ taskArn: 'task', logStreamName: 'log', exitCode: 3 })).toStrictEqual([0, 3])
    expect(taskDetail(containers, { taskArn: 'task' }).taskProperties[0]).toMatchObject({ taskArn: 'task' })
  })

  it.each<[string, EcsProperties, string]>([
    ['no task', { taskProperties: [] }, 'taskProperties must have one element'],
    ['names twice', task(first, first), 'names of their own'],
    ['no image', task({ ...main, image: '' }), 'must have an image'],
    ['a container that is not there', task(main), 'depends on first'],
    ['one that has to end and must not', task({ ...first, essential: true }, main), 'cannot be an essential container'],
    ['none that is essential', task(first), 'must have an essential container'],
    [
      'two that are',
      task({ ...first, essential: true }, { ...main, dependsOn: [] }),
      'more than one essential container',
    ],
  ])('is refused with %s', (_, properties, words) => {
    expect(() => taskContainersOf(properties, {}, {})).toThrow(words)
  })

  it('has no other containers to override', () => {
    const override = { taskProperties: [{ containers: [{ name: 'third' }] }] }
    expect(() => taskContainersOf(task(first, main), override, {})).toThrow('There is no container third to override')
  })
})
