import type { DeploymentFunction } from '#contract/deployment.ts'
import type { ServiceCall, Invocation } from '../../test/account/call-trace.ts'
import type { Deployment } from '../../test/account/deployment.ts'
import { WriteUnits } from '../../test/account/write-units.ts'
import type { CostShape } from './shapes.ts'

/** What a run asked of services, as counted. */
export interface TracedRun {
  readonly shape: string
  readonly invocations: readonly TracedInvocation[]
  /** Requests of S3 by clones, by method. */
  readonly cloneRequests: Readonly<Record<string, number>>
  /** Bytes of the greatest item of each kind. */
  readonly largestItems: Readonly<Record<string, number>>
}

export interface TracedInvocation {
  readonly name: DeploymentFunction
  readonly what: string
  /** Of the main thread. */
  readonly cpuMs: number
  readonly tellsMetrics: boolean
  readonly calls: readonly TracedCall[]
  /** Requests one after another, those that were under way together as one: what each was. */
  readonly rounds: readonly (readonly string[])[]
}

export interface TracedCall {
  /** Such as `dynamo GetItem`. */
  readonly name: string
  readonly readUnits: number
  readonly writeUnits: number
  readonly failed: boolean
  readonly isFifo: boolean
  readonly tookMs: number
}

export function tracedRun(
  { name: shape }: CostShape,
  { trace, cloneRequests }: Deployment,
  cpuMsOf: (invocation: Invocation) => number,
): TracedRun {
  const writes = new WriteUnits()
  const inOrder = trace.invocations.flatMap(({ calls }) => calls).toSorted((a, b) => a.endedMs - b.endedMs)
  const units = new Map(
    inOrder.map((call) => [call, call.service === 'dynamo' ? writes.of(call.command, call.input, !call.failed) : 0]),
  )
  const invocations = trace.invocations.map((invocation): TracedInvocation => {
    const { name, what, calls, metrics } = invocation
    const traced = calls.map((call): TracedCall => {
      const { service, command, failed } = call
      const isFifo = (call.input as { readonly QueueUrl?: string }).QueueUrl?.endsWith('.fifo') === true
      return {
        name: `${service} ${command}`,
        readUnits: readUnitsOf(call),
        writeUnits: units.get(call) ?? 0,
        failed,
        isFifo,
        tookMs: call.endedMs - call.startedMs,
      }
    })
    return {
      name,
      what,
      cpuMs: cpuMsOf(invocation),
      tellsMetrics: metrics > 0,
      calls: traced,
      rounds: roundsOf(calls),
    }
  })
  return {
    shape,
    invocations,
    cloneRequests: Object.fromEntries(cloneRequests),
    largestItems: Object.fromEntries(writes.largest),
  }
}

/** What finds nothing is paid for as well, which an emulator does not tell. */
function readUnitsOf({ command, readUnits, input }: ServiceCall): number {
  if (command !== 'Query') return readUnits
  return Math.max(readUnits, (input as { readonly ConsistentRead?: boolean }).ConsistentRead === true ? 1 : 0.5)
}

function roundsOf(calls: readonly ServiceCall[]): readonly (readonly string[])[] {
  const rounds: string[][] = []
  let untilMs = -Infinity
  for (const { service, command, startedMs, endedMs } of calls.toSorted((a, b) => a.startedMs - b.startedMs)) {
    if (startedMs >= untilMs) rounds.push([])
    rounds.at(-1)?.push(`${service} ${command}`)
    untilMs = Math.max(untilMs, endedMs)
  }
  return rounds
}
