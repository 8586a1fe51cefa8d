import { describe, expect, it } from 'vitest'
import { containerOf } from '#local/batch/job/container.ts'
import { fargateTakes, resourcesOf } from '#local/batch/job/resources.ts'

const required = (vcpus: string, memory: string) => [
  { type: 'VCPU' as const, value: vcpus },
  { type: 'MEMORY' as const, value: memory },
]
const legacy = { image: 'i', vcpus: 2, memory: 1024 }
const modern = { image: 'i', resourceRequirements: required('2', '1024') }

describe('the container of a job', () => {
  it.each([
    ['legacy, overridden likewise', legacy, { vcpus: 4, memory: 2048 }, [4, 2048]],
    ['legacy, overridden by requirements', legacy, { resourceRequirements: required('8', '4096') }, [8, 4096]],
    ['requirements, which legacy does not override', modern, { vcpus: 4, memory: 2048 }, [2, 1024]],
    [
      'requirements, one of them overridden',
      modern,
      { resourceRequirements: required('8', '1').slice(0, 1) },
      [8, 1024],
    ],
  ])('%s', (_, properties, overrides, [vcpus, memoryMiB]) => {
    expect(resourcesOf(containerOf(properties, overrides, {}), false)).toStrictEqual({ vcpus, memoryMiB, gpus: 0 })
  })

  it('has its command with the words of its parameters, and variables of both', () => {
    const properties = {
      ...modern,
      command: ['run', 'Ref::input', 'Ref::unknown', 'x=Ref::input'],
      environment: [
        { name: 'A', value: '1' },
        { name: 'B', value: '1' },
      ],
    }
    const { command, environment } = containerOf(
      properties,
      { environment: [{ name: 'B', value: '2' }] },
      { input: 'in' },
    )
    expect(command).toStrictEqual(['run', 'in', 'Ref::unknown', 'x=Ref::input'])
    expect(environment).toStrictEqual([
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ])
  })

  it.each([
    [0.25, 512, true],
    [0.25, 3072, false],
    [0.5, 1024, true],
    [1, 1024, false],
    [4, 30_720, true],
    [8, 17_408, false],
    [8, 20_480, true],
    [16, 122_880, true],
    [3, 8192, false],
  ])('Fargate with %d vCPUs and %d MiB: %s', (vcpus, memoryMiB, takes) => {
    expect(fargateTakes(vcpus, memoryMiB)).toBe(takes)
  })

  it.each([
    ['half a vCPU on EC2', required('0.5', '512')],
    ['no memory', required('1', '512').slice(0, 1)],
    ['words', required('one', '512')],
    ['3 MiB', required('1', '3')],
  ])('%s is refused', (_, resourceRequirements) => {
    expect(() => resourcesOf({ resourceRequirements }, false)).toThrow(/vCPU|memory/)
  })
})
