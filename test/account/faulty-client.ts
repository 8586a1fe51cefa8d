import { TransactionCanceledException, type BatchGetItemCommandOutput } from '@aws-sdk/client-dynamodb'
import type { Random } from '#core/random.ts'

/** What may go wrong with a request, as often as the chance says. */
export const requestFaults = [
  'throttled',
  'lost before it arrived',
  'answer lost',
  'service error',
  'transaction met another one',
  'items left unprocessed',
] as const
export type RequestFault = (typeof requestFaults)[number]

/** The part of a client of the AWS SDK that faults are put into. */
interface FaultyClient {
  readonly middlewareStack: {
    add(middleware: Middleware, options: { step: 'finalizeRequest'; priority: 'low'; name: string }): void
  }
}

type Handler = (args: never) => Promise<{ readonly response: unknown; readonly output: unknown }>
type Middleware = (next: Handler, context: { readonly commandName?: string }) => Handler

/**
 * Lets requests of a client fail, each try by itself, as they fail in an account: the client's own retries see the faults.
 * Gives how often each has happened.
 */
export function withFaults(client: object, random: Random, chance: number): ReadonlyMap<RequestFault, number> {
  const counts = new Map<RequestFault, number>()
  const strikes = (fault: RequestFault, likelihood = chance): boolean => {
    if (random.next() >= likelihood) return false
    counts.set(fault, (counts.get(fault) ?? 0) + 1)
    return true
  }
  const middleware: Middleware = (next, context) => async (args) => {
    const { commandName } = context
    if (strikes('throttled')) throw fault('ThrottlingException', 400)
    if (strikes('lost before it arrived')) throw fault('TimeoutError')
    if (strikes('service error')) throw fault('InternalServerError', 500)
    if (commandName === 'TransactWriteItemsCommand' && strikes('transaction met another one')) throw metAnother()
    const answer = await next(args)
    if (strikes('answer lost')) throw fault('TimeoutError')
    // Batches are few.
    const divisible = commandName === 'BatchGetItemCommand' && itemsIn(answer.output) > 1
    if (divisible && strikes('items left unprocessed', 0.5)) leaveHalf(answer.output)
    return answer
  }
  const { middlewareStack } = client as FaultyClient
  middlewareStack.add(middleware, { step: 'finalizeRequest', priority: 'low', name: 'faults' })
  return counts
}

function fault(name: string, httpStatusCode?: number): Error {
  const metadata = httpStatusCode === undefined ? {} : { httpStatusCode }
  return Object.assign(new Error(`${name}, injected`), { name, $metadata: metadata })
}

function metAnother(): Error {
  return new TransactionCanceledException({
    message: 'injected',
    $metadata: { httpStatusCode: 400 },
    CancellationReasons: [{ Code: 'None' }, { Code: 'TransactionConflict' }],
  })
}

function itemsIn(output: unknown): number {
  return Object.values((output as BatchGetItemCommandOutput).Responses ?? {}).flat().length
}

/** Every second item of a batch is given back as not processed. */
function leaveHalf(output: unknown): void {
  const batch = output as BatchGetItemCommandOutput
  for (const [table, items] of Object.entries(batch.Responses ?? {})) {
    const left = items.filter((_, index) => index % 2 === 1)
    const Keys = left.map(({ pk, sk }) => ({ ...(pk && { pk }), ...(sk && { sk }) }))
    Object.assign(batch, {
      Responses: { [table]: items.filter((_, index) => index % 2 === 0) },
      UnprocessedKeys: { [table]: { Keys, ConsistentRead: true } },
    })
  }
}
