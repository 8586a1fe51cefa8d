import { describe, expect, it } from 'vitest'
import { taskGraph } from '#cli/graph/task-graph.ts'
import { frame } from '#cli/live/frame.ts'
import { RunView } from '#cli/live/run-view.ts'
import { paint, type Look } from '#cli/terminal/look.ts'
import { asciiSymbols, symbols } from '#cli/terminal/symbols.ts'
import type { Plan } from '#core/planning/plan.ts'
import type { RunId } from '#core/run/ids.ts'
import { Script, startMs } from '../fakes/script.ts'
import { anomalies } from '../fakes/workflows.ts'

const look: Look = { colour: false, symbols, terminal: true, live: true }

const plan: Plan = {
  run: 'run_00000001' as RunId,
  madeAtMs: startMs,
  placements: {
    clean: {
      task: 'clean',
      slots: [],
      hedgeAfterS: 4,
      rank: 1,
      onCriticalPath: true,
      predicted: {
        basis: { kind: 'none' },
        durationS: { p50: 1, p90: 2, p99: 3 },
        memoryMiB: { p50: 1, p90: 2, p99: 3 },
      },
      reason: '',
    },
  },
  criticalPath: ['list', 'clean', 'report'],
  predicted: { makespanS: { p50: 12, p90: 20 } },
  notes: [],
}

function drawn(
  script: Script,
  { atS, width = 100, height = 40, ascii = false }: { atS: number; width?: number; height?: number; ascii?: boolean },
): string {
  const view = new RunView()
  for (const event of script.events) view.apply(event)
  const lines = frame({
    view,
    graph: taskGraph(anomalies),
    plan,
    emulated: true,
    nowMs: startMs + atS * 1000,
    symbols: ascii ? asciiSymbols : symbols,
    width,
    height,
  })
  return lines.map((one) => paint(one, ascii ? { ...look, symbols: asciiSymbols } : look, width)).join('\n')
}

/** Three instances of `clean`: a race, one that waits, one that is done. */
function race(): Script {
  return new Script()
    .submitted()
    .alone(0.2, 0.6, 'list', 'hot-cpu')
    .expanded(0.7, 'clean', 3)
    .alone(0.7, 1.2, 'clean[0]', 'hot-cpu')
    .ready(0.7, 'clean[1]', 'ec2')
    .attempt(0.7, 'clean[1]', 1, 4)
    .slot(0.7, 'clean[1]/1/0', 'hot-cpu')
    .slot(0.7, 'clean[1]/1/1', 'warm-cpu')
    .slot(0.7, 'clean[1]/1/2', 'cold-cpu')
    .slot(0.7, 'clean[1]/1/3', 'warm-cpu', 'standby')
    .starting(0.8, 'clean[1]/1/0', 'hot-cpu')
    .running(1, 'clean[1]/1/0')
    .held(0.8, 'clean[1]/1/1', 'capacity')
    .starting(1, 'clean[1]/1/2', 'cold-cpu')
    .ready(0.7, 'clean[2]')
    .attempt(0.7, 'clean[2]', 1, 1)
    .slot(0.7, 'clean[2]/1/0', 'hot-cpu')
    .held(0.8, 'clean[2]/1/0', 'capacity')
}

describe('the live tree', () => {
  it('shows clones side by side, with pool, time, and what is waited for', () => {
    expect(drawn(race(), { atS: 2.2, width: 120 })).toMatchInlineSnapshot(`
      "anomalies  run_00000001  running  2.2s (guessed 12.0s–20.0s)
      2 of 5 committed · 1 running · 1 waiting · $0.001 so far (prices are emulated)
      ✓ list    hot-cpu 0.4s
      ▶ clean   ×3  1 committed · 1 running · 1 waiting (capacity)
          clean[1] ec2  ▶ hot-cpu 1.2s │ ◌ warm-cpu waiting 1.5s: capacity │ ◔ cold-cpu starting 1.2s
                        ◇ warm-cpu hedge in 2.6s
      · report  after clean"
    `)
  })

  it('shows winner, losers and the money once a race is decided', () => {
    const script = race()
      .running(2, 'clean[1]/1/2')
      .claimed(3, 'clean[1]/1/2')
      .decided(3, 'clean[1]/1/2', 'won')
      .decided(3, 'clean[1]/1/0', 'lost')
      .decided(3, 'clean[1]/1/1', 'cancelled')
      .decided(3, 'clean[1]/1/3', 'cancelled')
      .committed(3, 'clean[1]')
      .billed(3.1, 'clean[1]/1/2', 0.0004)
      .billed(3.1, 'clean[1]/1/0', 0.0003)
    expect(drawn(script, { atS: 3.2 })).toMatchInlineSnapshot(`
      "anomalies  run_00000001  running  3.2s (guessed 12.0s–20.0s)
      3 of 5 committed · 1 waiting · $0.0017 so far, $0.0003 of it wasted (prices are emulated)
      ✓ list    hot-cpu 0.4s
      ◌ clean   ×3  2 committed · 1 waiting (capacity) · races won by cold-cpu 1
          clean[1] ec2  – hot-cpu lost 2.0s │ – warm-cpu cancelled │ ✓ cold-cpu won 1.0s
      · report  after clean"
    `)
  })

  it('tells a second try by what ended the first one, and a failure by its cause', () => {
    const script = race()
      .slotFailed(2, 'clean[1]/1/0', { cause: 'reclaimed', exitCode: null })
      .slotFailed(2, 'clean[1]/1/2', { cause: 'reclaimed', exitCode: null })
      .decided(2, 'clean[1]/1/1', 'cancelled')
      .decided(2, 'clean[1]/1/3', 'cancelled')
      .attemptFailed(
        2,
        'clean[1]',
        { cause: 'reclaimed' },
        'elsewhere',
        'reclaimed: the same size, in cold-cpu (try 1 of 10)',
      )
      .attempt(2, 'clean[1]', 2, 1)
      .slot(2, 'clean[1]/2/0', 'cold-cpu')
      .starting(2, 'clean[1]/2/0', 'cold-cpu')
      .running(2.5, 'clean[1]/2/0')
      .starting(2, 'clean[2]/1/0', 'hot-cpu')
      .running(2, 'clean[2]/1/0')
      .slotFailed(2.4, 'clean[2]/1/0', { cause: 'user-error' })
      .attemptFailed(2.4, 'clean[2]', {}, 'give-up', 'user-error: no retries asked for')
      .failed(2.4, 'clean[2]', 'user-error: exit code 1')
    expect(drawn(script, { atS: 3 })).toMatchInlineSnapshot(`
      "anomalies  run_00000001  running  3.0s (guessed 12.0s–20.0s)
      2 of 5 committed · 1 running · 1 failed · $0.001 so far (prices are emulated)
      ✓ list    hot-cpu 0.4s
      ▶ clean   ×3  1 committed · 1 running · 1 failed
          clean[2]      ✗ hot-cpu user-error 0.4s
          clean[1] ec2  attempt 2 after reclaimed: ▶ cold-cpu 0.5s
      · report  after clean"
    `)
  })

  it('keeps what runs in sight when the screen is too low', () => {
    expect(drawn(race(), { atS: 2.2, width: 120, height: 5 })).toMatchInlineSnapshot(`
      "anomalies  run_00000001  running  2.2s (guessed 12.0s–20.0s)
      2 of 5 committed · 1 running · 1 waiting · $0.001 so far (prices are emulated)
      ▶ clean   ×3  1 committed · 1 running · 1 waiting (capacity)
          clean[1] ec2  ▶ hot-cpu 1.2s │ ◌ warm-cpu waiting 1.5s: capacity │ ◔ cold-cpu starting 1.2s
      … 3 more"
    `)
  })

  it('does without anything but ASCII', () => {
    const text = drawn(race(), { atS: 2.2, width: 60, ascii: true })
    expect(text).toMatchInlineSnapshot(`
      "anomalies  run_00000001  running  2.2s (guessed 12.0s-20.0s)
      2 of 5 committed, 1 running, 1 waiting
      $0.001 so far (prices are emulated)
      + list    hot-cpu 0.4s
      > clean   x3  1 committed, 1 running, 1 waiting (capacity)
          clean[1] ec2  > hot-cpu 1.2s
                        o warm-cpu waiting 1.5s: capacity
                        ~ cold-cpu starting 1.2s
                        ? warm-cpu hedge in 2.6s
      . report  after clean"
    `)
    expect(text).toMatch(/^[ -~\n]*$/)
  })

  it('is the same for the same events and the same moment', () => {
    expect(drawn(race(), { atS: 2.2 })).toBe(drawn(race(), { atS: 2.2 }))
  })
})
