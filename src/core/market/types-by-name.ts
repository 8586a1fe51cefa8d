import { type InstanceType, plainNames } from '#core/market/instance-type.ts'

const gibPerVcpu: Readonly<Record<string, number>> = { c: 2, m: 4, t: 4, r: 8, x: 16, g: 4, p: 8 }
/** Sizes of a family that stands for all of them. */
const sizes = ['large', 'xlarge', '2xlarge', '4xlarge', '8xlarge', '12xlarge', '16xlarge', '24xlarge']

/** Instance types of names by the rules of EC2's names, not by its list: for where nobody has told that. */
export function typesByName(names: readonly string[]): readonly InstanceType[] {
  return plainNames(names).flatMap((name) => {
    const [family = '', size] = name.split('.')
    return (size === undefined ? sizes : [size]).flatMap((one) => typeOf(family, one))
  })
}

function typeOf(family: string, size: string): readonly InstanceType[] {
  const vcpus = vcpusOf(size)
  const gib = gibPerVcpu[family.charAt(0)]
  if (vcpus === undefined || gib === undefined) return []
  const arch = /^[a-z]+\d+g/.test(family) ? 'arm64' : 'x86_64'
  return [{ type: `${family}.${size}`, vcpus, memoryMiB: vcpus * gib * 1024, gpus: gpusOf(family, size), arch }]
}

function vcpusOf(size: string): number | undefined {
  if (size === 'medium') return 1
  if (size === 'large') return 2
  const [, times] = /^(\d*)xlarge$/.exec(size) ?? []
  return times === undefined ? undefined : 4 * Number(times || 1)
}

function gpusOf(family: string, size: string): number {
  switch (family.charAt(0)) {
    case 'g':
      return ({ '12xlarge': 4, '24xlarge': 4, '48xlarge': 8 } as Readonly<Record<string, number>>)[size] ?? 1
    case 'p':
      return ({ '2xlarge': 1, '8xlarge': 4 } as Readonly<Record<string, number>>)[size] ?? 8
    default:
      return 0
  }
}
