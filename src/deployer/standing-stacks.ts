import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'

/** Outputs of a stack by their ids. */
export type StackOutputs = Readonly<Record<string, string>>

/** Those of the named stacks that are there, with their outputs, in the order of the names. */
export async function standingStacks(
  client: CloudFormationClient,
  names: readonly string[],
): Promise<ReadonlyMap<string, StackOutputs>> {
  const found = await Promise.all(names.map(async (name) => [name, await outputsOf(client, name)] as const))
  return new Map(found.flatMap(([name, outputs]) => (outputs === undefined ? [] : [[name, outputs] as const])))
}

async function outputsOf(client: CloudFormationClient, StackName: string): Promise<StackOutputs | undefined> {
  try {
    const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }))
    // A stack that was only looked at, by a change set, holds nothing.
    if (stack === undefined || stack.StackStatus === 'REVIEW_IN_PROGRESS') return undefined
    const outputs = stack.Outputs ?? []
    return Object.fromEntries(outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]))
  } catch (error) {
    if (error instanceof Error && /does not exist/.test(error.message)) return undefined
    throw error
  }
}
