import { AsyncLocalStorage } from 'node:async_hooks'
import type { ConsumedCapacity } from '@aws-sdk/client-dynamodb'
import type { DeploymentFunction } from '#contract/deployment.ts'

/** A request of a service, as its client made it. */
export interface ServiceCall {
  readonly service: string
  readonly command: string
  /** Of a read of DynamoDB, as it told them. */
  readonly readUnits: number
  readonly input: object
  readonly failed: boolean
  readonly startedMs: number
  readonly endedMs: number
}

/** A call of a function of a deployment, with all that it asked of services. */
export interface Invocation {
  readonly name: DeploymentFunction
  /** What was asked of it, such as `GET /v1/runs`. */
  readonly what: string
  readonly calls: ServiceCall[]
  /** Values of metrics that it told. */
  metrics: number
}

/** The part of a client of the AWS SDK that tracing is put into. */
interface TracedClient {
  readonly middlewareStack: { add(middleware: Middleware, options: { step: 'initialize'; name: string }): void }
}

type Handler = (args: { readonly input: object }) => Promise<{ readonly output: unknown }>
type Middleware = (next: Handler, context: { readonly commandName?: string }) => Handler

/** Who asks what of which service: every function's calls, told apart though they run in one process. */
export class CallTrace {
  readonly invocations: Invocation[] = []
  readonly #current = new AsyncLocalStorage<Invocation>()

  /** Calls a function, whose requests are its own from then on. */
  async call<T>(name: DeploymentFunction, what: string, act: () => Promise<T>): Promise<T> {
    const invocation: Invocation = { name, what, calls: [], metrics: 0 }
    this.invocations.push(invocation)
    return this.#current.run(invocation, act)
  }

  /** Tells of a metric. */
  measured(): void {
    const invocation = this.current()
    if (invocation !== undefined) invocation.metrics += 1
  }

  /** The invocation that this is a part of. */
  current(): Invocation | undefined {
    return this.#current.getStore()
  }

  /** Traces a client. What it is asked outside of functions is not told. */
  watch(service: string, client: object): void {
    const middleware: Middleware =
      (next, { commandName = '' }) =>
      async ({ input }) => {
        const startedMs = performance.now()
        const command = commandName.replace(/Command$/, '')
        const told = (output: unknown, failed: boolean): void => {
          const readUnits = readUnitsOf(command, output)
          this.current()?.calls.push({
            service,
            command,
            readUnits,
            input,
            failed,
            startedMs,
            endedMs: performance.now(),
          })
        }
        try {
          const answer = await next({ input: { ...input, ReturnConsumedCapacity: 'TOTAL' } })
          told(answer.output, false)
          return answer
        } catch (error) {
          told({}, true)
          throw error
        }
      }
    const { middlewareStack } = client as TracedClient
    middlewareStack.add(middleware, { step: 'initialize', name: 'trace' })
  }
}

function readUnitsOf(command: string, output: unknown): number {
  if (!reads.has(command)) return 0
  const { ConsumedCapacity: told } = output as { ConsumedCapacity?: ConsumedCapacity | ConsumedCapacity[] }
  return [told ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0)
}

/** Emulators tell too little of what writes take. */
const reads: ReadonlySet<string> = new Set(['GetItem', 'BatchGetItem', 'Query'])
