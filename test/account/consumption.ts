import type { ConsumedCapacity } from '@aws-sdk/client-dynamodb'

/** What requests of a client came to, by command. */
export interface Consumed {
  readonly calls: number
  readonly capacityUnits: number
}

/** The part of a client of the AWS SDK that counting is put into. */
interface CountedClient {
  readonly middlewareStack: { add(middleware: Middleware, options: { step: 'initialize'; name: string }): void }
}

type Handler = (args: { readonly input: object }) => Promise<{ readonly output: unknown }>
type Middleware = (next: Handler, context: { readonly commandName?: string }) => Handler

/** Counts the calls of a client and, of DynamoDB, the capacity units that they took. */
export function consumptionOf(client: object): ReadonlyMap<string, Consumed> {
  const consumed = new Map<string, Consumed>()
  const middleware: Middleware =
    (next, { commandName = '' }) =>
    async ({ input }) => {
      const answer = await next({ input: { ...input, ReturnConsumedCapacity: 'TOTAL' } })
      const { ConsumedCapacity: units } = answer.output as { ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[] }
      const { calls, capacityUnits } = consumed.get(commandName) ?? { calls: 0, capacityUnits: 0 }
      const taken = [units ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0)
      consumed.set(commandName, { calls: calls + 1, capacityUnits: capacityUnits + taken })
      return answer
    }
  const { middlewareStack } = client as CountedClient
  middlewareStack.add(middleware, { step: 'initialize', name: 'consumption' })
  return consumed
}
