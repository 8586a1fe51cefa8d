import type { Reclaim } from '#core/pools/emulation.ts'
import type { ReclaimTrace } from '#core/pools/reclaim-trace.ts'
import type { Result } from '#core/result.ts'
import type { Path } from '#core/workflow/document/document.ts'
import type { Findings } from '#core/workflow/findings.ts'
import { quoted } from '#core/workflow/quoted.ts'
import { describePlace } from '#local/pools-file/describe-issues.ts'
import type { CheckedReclaim } from '#local/pools-file/schema.ts'
import type { TraceFile } from '#local/pools-file/trace-file.ts'

/** What was read of the trace files that pools name, by the path as it is written. */
export type TraceFiles = ReadonlyMap<string, Result<TraceFile, string>>

const kinds =
  '`{ perHour: 6 }`, `{ trace: [1, 1, 0, 1], tick: 1s }`, `{ trace: { file: trace.json } }` or `{ nth: 2, after: 1s }`'

/** The kind of reclaim that the keys stand for; `undefined` when they stand for none, which is reported. */
export function resolveReclaim(
  given: CheckedReclaim,
  files: TraceFiles,
  path: Path,
  findings: Findings,
): Reclaim | undefined {
  const { perHour, trace, tick, nth, after } = given
  const keys = Object.keys(given).toSorted().join(' ')
  if (perHour !== undefined && keys === 'perHour') return { kind: 'rate', perHour }
  if (nth !== undefined && after !== undefined && keys === 'after nth') return { kind: 'nth', nth, afterS: after }
  if (Array.isArray(trace) && tick !== undefined && keys === 'tick trace') {
    return traceOf(trace, tick, [...path, 'trace'], findings)
  }
  if (trace !== undefined && 'file' in trace && keys === 'trace') {
    return fromFile(trace.file, trace.tick, files, [...path, 'trace', 'file'], findings)
  }
  findings.add({
    code: 'WF-CONFLICT',
    message: `${describePlace(path)} is of no one kind`,
    fix: `write one of ${kinds}`,
    path,
    at: 'key',
  })
  return undefined
}

function fromFile(
  file: string,
  tickS: number | undefined,
  files: TraceFiles,
  path: Path,
  findings: Findings,
): Reclaim | undefined {
  const read = files.get(file)
  const problem = read === undefined ? 'was not read' : read.ok ? undefined : read.error
  if (read?.ok !== true) {
    findings.add({
      code: 'WF-FILE',
      message: `the trace ${quoted(file)} ${problem ?? ''}`,
      fix: 'name a JSON file beside this one, of the form `{ "metadata": { "gap_seconds": 600 }, "data": [1, 1, 0] }`',
      path,
      at: 'value',
    })
    return undefined
  }
  const { available, tickS: ownTickS } = read.value
  const seconds = tickS ?? ownTickS
  if (seconds === undefined || !(seconds >= 0.001)) {
    findings.add({
      code: 'WF-CONFLICT',
      message: `the trace ${quoted(file)} does not say how long a tick is`,
      fix: 'add `tick: 1s` beside `file`',
      path,
      at: 'value',
    })
    return undefined
  }
  return traceOf(available, seconds, path, findings)
}

function traceOf(
  ticks: readonly number[],
  tickS: number,
  path: Path,
  findings: Findings,
): { readonly kind: 'trace'; readonly trace: ReclaimTrace } | undefined {
  const available = ticks.filter((tick): tick is 0 | 1 => tick === 0 || tick === 1)
  if (available.length === ticks.length && available.includes(1)) {
    return { kind: 'trace', trace: { available, tickMs: Math.round(tickS * 1000) } }
  }
  findings.add({
    code: 'WF-VALUE',
    message: available.length < ticks.length ? 'the trace holds other ticks than 0 and 1' : 'the trace never has hosts',
    fix: 'write 1 for a tick with hosts and 0 for one without; at least one 1',
    path,
    at: 'value',
  })
  return undefined
}
