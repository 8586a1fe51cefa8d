import { DescribeInstanceTypesCommand, type EC2Client, type InstanceTypeInfo } from '@aws-sdk/client-ec2'
import { type InstanceType, isNamed } from '#core/market/instance-type.ts'

/** What one page holds at most. */
const pageSize = 100
/** Values that one filter takes. */
const namesAtOnce = 200

/** Types that a region has of those that names stand for, by their names. EC2 tells of no other region. */
export async function ec2InstanceTypes(
  client: Pick<EC2Client, 'send'>,
  names: readonly string[],
): Promise<readonly InstanceType[]> {
  const found = new Map<string, InstanceType>()
  for (let at = 0; at < names.length; at += namesAtOnce) {
    const Values = names.slice(at, at + namesAtOnce).map((name) => (name.includes('.') ? name : `${name}.*`))
    let NextToken: string | undefined
    do {
      const Filters = [
        { Name: 'instance-type', Values },
        { Name: 'bare-metal', Values: ['false'] },
      ]
      const page = await client.send(new DescribeInstanceTypesCommand({ Filters, MaxResults: pageSize, NextToken }))
      for (const told of page.InstanceTypes ?? []) {
        const type = read(told)
        if (type !== undefined && isNamed(type.type, names)) found.set(type.type, type)
      }
      NextToken = page.NextToken
    } while (NextToken !== undefined && NextToken !== '')
  }
  return [...found.values()].toSorted((a, b) => (a.type < b.type ? -1 : 1))
}

/** `undefined`: of an architecture that containers do not run on, such as of Macs. @throws when its size is missing. */
function read({ InstanceType: type, VCpuInfo, MemoryInfo, GpuInfo, ProcessorInfo }: InstanceTypeInfo) {
  const arch = (['x86_64', 'arm64'] as const).find((one) => ProcessorInfo?.SupportedArchitectures?.includes(one))
  if (arch === undefined) return undefined
  const [vcpus, memoryMiB] = [VCpuInfo?.DefaultVCpus, MemoryInfo?.SizeInMiB]
  if (type === undefined || vcpus === undefined || memoryMiB === undefined) {
    throw new Error(`EC2 tells no size of the instance type ${type ?? 'without a name'}`)
  }
  const gpus = (GpuInfo?.Gpus ?? []).reduce((sum, { Count = 0 }) => sum + Count, 0)
  return { type, vcpus, memoryMiB, gpus, arch } satisfies InstanceType
}
