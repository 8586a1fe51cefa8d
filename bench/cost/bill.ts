import type { DeploymentFunction } from '#contract/deployment.ts'
import { functionSizes } from '../../lib/control-plane/function-sizes.ts'
import { latencies, memoryOfProcessorMiB, type Price, prices } from './prices.ts'
import type { CostShape } from './shapes.ts'
import type { TracedCall, TracedInvocation, TracedRun } from './traced-run.ts'

/** One item of what a task costs. */
export interface BillLine {
  readonly what: string
  /** A task; best and worst where it depends on latencies that are assumed. */
  readonly count: number
  readonly worstCount: number
  readonly price: Price
}

/** Bytes that are logged, beside what tasks say themselves. */
export interface LogBytes {
  /** What Lambda and the function say of an invocation. */
  readonly ofInvocation: number
  /** One that also tells of metrics. */
  readonly ofMetrics: number
  readonly ofApiRequest: number
}

/** What a run cost a task, item by item. */
export function billOf({ tasks, clones }: CostShape, run: TracedRun, logs: LogBytes): readonly BillLine[] {
  // Who follows a run asks as often as it takes seconds: that is no cost of a task.
  const invocations = run.invocations.filter(({ what }) => !what.startsWith('GET '))
  const calls = invocations.flatMap((one) => one.calls)
  const named = (pattern: RegExp): number => calls.filter(({ name }) => pattern.test(name)).length
  const of = (name: DeploymentFunction): number => invocations.filter((one) => one.name === name).length
  const requests = of('api') + of('clone')
  const invoked = invocations.length
  // Of hosts that have the agent nothing; at worst each clone is the first of its host, asks which one it is, and gets it.
  const fetched = tasks * clones
  const telling = invocations.filter(({ tellsMetrics }) => tellsMetrics).length
  const messages = messagesOf(invocations)
  const { PUT = 0, POST = 0, GET = 0, HEAD = 0 } = run.cloneRequests
  const s3Reads = named(/^s3 (Get|Head)/) + GET + HEAD
  const gigabytesLogged = (more: number): number =>
    ((invoked + more) * logs.ofInvocation + telling * logs.ofMetrics + (requests + more) * logs.ofApiRequest) / 1e9
  const line = (what: string, count: number, price: Price, worst = count): BillLine => {
    return { what, count: count / tasks, worstCount: worst / tasks, price }
  }
  const [best, worst] = gigabyteSeconds(invocations)
  const [bestWrites, worstWrites] = writeUnits(calls)
  return [
    line('Step Functions', transitionsOf(run), prices.transition),
    line('Lambda, invocations', invoked, prices.invocation, invoked + fetched),
    line('Lambda, GB-s', best, prices.gigabyteSecond, worst),
    line('DynamoDB, writes', bestWrites, prices.writeUnit, worstWrites),
    line(
      'DynamoDB, reads',
      calls.reduce((sum, { readUnits }) => sum + readUnits, 0),
      prices.readUnit,
    ),
    line('S3, writes', named(/^s3 (Put|List)/) + PUT + POST, prices.put),
    line('S3, reads', s3Reads, prices.get, s3Reads + fetched),
    line('SQS, standard', messages.standard, prices.message),
    line('SQS, FIFO', messages.fifo, prices.fifoMessage),
    line('API Gateway', requests, prices.apiRequest, requests + fetched),
    line('Logs, GB', gigabytesLogged(0), prices.logGigabyte, gigabytesLogged(fetched)),
  ]
}

/** Each execution enters its Map and Settle once; each clone's launch is one more. Step Functions bills states that are entered. */
function transitionsOf({ invocations }: Pick<TracedRun, 'invocations'>): number {
  const started = invocations.flatMap(({ calls }) => calls).filter(({ name }) => name === 'sfn StartExecution').length
  const of = (name: DeploymentFunction): number => invocations.filter((one) => one.name === name).length
  return started + of('launch') + of('settle')
}

/** A message is sent, then taken and deleted with those that come with it; events are sent by their rule. */
function messagesOf(invocations: readonly TracedInvocation[]): { readonly standard: number; readonly fifo: number } {
  const batches = (name: DeploymentFunction): number => 2 * invocations.filter((one) => one.name === name).length
  const sent = invocations.flatMap(({ calls }) => calls).filter(({ name }) => name === 'sqs SendMessage')
  const fifoSent = sent.filter(({ isFifo }) => isFifo).length
  const events = invocations
    .filter(({ name }) => name === 'job-events')
    .reduce((sum, { what }) => sum + Number.parseInt(what), 0)
  return {
    standard: sent.length - fifoSent + events + batches('job-events') + batches('timers') + batches('work'),
    fifo: fifoSent + batches('dispatch'),
  }
}

/** At best and at worst: CPU at the share of a processor that a function has, and requests one after another. */
function gigabyteSeconds(invocations: readonly TracedInvocation[]): readonly [best: number, worst: number] {
  const lasting = (bound: 'bestMs' | 'worstMs'): number =>
    invocations.reduce((sum, { name, cpuMs, rounds }) => {
      const { memoryMiB } = functionSizes[name]
      const waitsMs = rounds.map((round) => Math.max(...round.map((call) => latencyOf(call)[bound])))
      const ms = cpuMs * Math.max(1, memoryOfProcessorMiB / memoryMiB) + waitsMs.reduce((all, one) => all + one, 0)
      return sum + (memoryMiB / 1024) * (Math.ceil(ms) / 1000)
    }, 0)
  return [lasting('bestMs'), lasting('worstMs')]
}

/**
 * A commit is refused when another process was before it in its part of the log, which is the likelier the longer it takes. So of those
 * that were, where requests took longer than is assumed of AWS, as many are counted as would be there.
 */
function writeUnits(calls: readonly TracedCall[]): readonly [best: number, worst: number] {
  const of = (failed: boolean): number =>
    calls.reduce((sum, call) => sum + (call.failed === failed ? call.writeUnits : 0), 0)
  const { tookMs, bestMs, worstMs } = { tookMs: medianMs(calls), ...latencyOf(transaction) }
  const counted = (ms: number): number => of(false) + of(true) * Math.min(1, ms / tookMs)
  return [counted(bestMs), counted(worstMs)]
}

const transaction = 'dynamo TransactWriteItems'

/** How long a transaction took here, in the middle. */
export function medianMs(calls: readonly TracedCall[]): number {
  const times = calls.filter(({ name }) => name === transaction).map(({ tookMs }) => tookMs)
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 1
}

function latencyOf(call: string) {
  const found = latencies.find(([pattern]) => pattern.test(call))
  if (found === undefined) throw new Error(`nothing is assumed of how long ${call} takes`)
  return found[1]
}
