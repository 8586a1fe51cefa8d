import type { ContainerDetail } from '@aws-sdk/client-batch'
import type { Resources } from '#core/workflow/workflow.ts'
import { refuse } from '#local/batch/batch-fault.ts'

/** What a container asks for. @throws BatchFault when that is not a size that EC2 or Fargate takes. */
export function resourcesOf(container: ContainerDetail, isFargate: boolean): Resources {
  const required = (type: string) => container.resourceRequirements?.find((one) => one.type === type)?.value
  const vcpus = numberIn(required('VCPU') ?? container.vcpus, 'vCPU')
  const memoryMiB = numberIn(required('MEMORY') ?? container.memory, 'memory')
  const gpus = numberIn(required('GPU') ?? 0, 'GPU')
  if (isFargate) {
    if (gpus > 0) refuse('Fargate has no GPUs')
    if (!fargateTakes(vcpus, memoryMiB))
      refuse(`Fargate resource requirements (${vcpus} vCPU, ${memoryMiB} MiB) not valid.`)
  } else if (!Number.isInteger(vcpus) || vcpus < 1) refuse('Container vCPUs must be a whole number of at least 1')
  if (!Number.isInteger(memoryMiB) || memoryMiB < 4) refuse('Container memory must be a whole number of at least 4 MiB')
  if (!Number.isInteger(gpus)) refuse('GPUs must be a whole number')
  return { vcpus, memoryMiB, gpus }
}

function numberIn(value: string | number | undefined, of: string): number {
  if (value === undefined) refuse(`Container properties must have ${of}`)
  const number = Number(value)
  if (!(number >= 0)) refuse(`${of} is not a number: ${value}`)
  return number
}

/** Least and most GiB, and the step between, for each number of vCPUs that Fargate has. */
const fargateGiB: Readonly<Record<string, readonly [least: number, most: number, step: number]>> = {
  0.5: [1, 4, 1],
  1: [2, 8, 1],
  2: [4, 16, 1],
  4: [8, 30, 1],
  8: [16, 60, 4],
  16: [32, 120, 8],
}

/** Whether Fargate has a task of this size. */
export function fargateTakes(vcpus: number, memoryMiB: number): boolean {
  if (vcpus === 0.25) return [512, 1024, 2048].includes(memoryMiB)
  const range = fargateGiB[vcpus]
  if (range === undefined) return false
  const [least, most, step] = range
  const gib = memoryMiB / 1024
  return gib >= least && gib <= most && (gib - least) % step === 0
}
