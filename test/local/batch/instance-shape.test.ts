import { describe, expect, it } from 'vitest'
import { shapeFor } from '#local/batch/hosts/instance-shape.ts'

const needs = (vcpus: number, gib: number, gpus = 0) => ({ vcpus, memoryMiB: gib * 1024, gpus })

describe('the smallest instance for a job', () => {
  it.each([
    ['a size', ['m7i.large'], needs(1, 4), 'm7i.large'],
    ['a size whose memory the system needs a part of', ['m7i.large'], needs(1, 8), undefined],
    ['a family', ['c7i'], needs(3, 4), 'c7i.xlarge'],
    ['a family, by memory', ['c7i'], needs(1, 10), 'c7i.2xlarge'],
    ['a bundle: much memory', ['optimal'], needs(2, 12), 'r6i.large'],
    ['a bundle: little memory', ['optimal'], needs(2, 1), 'c6i.large'],
    ['a GPU', ['c7i', 'g5'], needs(2, 4, 1), 'g5.large'],
    ['no GPU where there is another host', ['c7i', 'g5.xlarge'], needs(4, 4), 'c7i.xlarge'],
    ['no GPU where all have one', ['g5.xlarge'], needs(4, 4), 'g5.xlarge'],
    ['several GPUs', ['g5', 'p4d.24xlarge'], needs(4, 4, 5), 'p4d.24xlarge'],
    ['an unknown name', ['z9.huge'], needs(1, 1), undefined],
  ])('%s', (_, types, job, type) => {
    expect(shapeFor(types, job)?.type).toBe(type)
  })
})
