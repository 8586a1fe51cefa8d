import { describe, expect, it } from 'vitest'
import { budgetOf, costsOf, totalUsd } from '#cli/report/costs.ts'
import { savedBy } from '#cli/report/saved.ts'
import type { AttemptDocument, SlotDocument, TaskDocument } from '#contract/run-document.ts'
import { anomaliesRun, iso, runDocument, taskDocument } from '../fakes/documents.ts'

const [sample] = anomaliesRun.tasks?.find(({ id }) => id === 'clean[0]')?.attempts ?? []
const [slotOf] = sample?.slots ?? []

function slot(clone: number, other: Partial<SlotDocument>): SlotDocument {
  return { ...(slotOf as SlotDocument), clone, kind: 'active', startedAt: iso(0), ...other }
}

const won = slot(1, { state: 'won', endedAt: iso(10), exitCode: 0 })
const ended = { state: 'lost', endedAt: iso(10), exitCode: null } as const
const history: TaskDocument['predicted'] = {
  durationS: { p50: 12, p90: 30, p99: 60 },
  memoryMiB: { p50: 1, p90: 1, p99: 1 },
  basis: { kind: 'history', samples: 9 },
}

function raced(first: SlotDocument, predicted: TaskDocument['predicted'] = history, other = won) {
  const attempt = { ...(sample as AttemptDocument), state: 'committed', slots: [first, other] } as const
  return savedBy(runDocument({ tasks: [taskDocument('A', { predicted, attempts: [attempt] })] }))
}

describe('what a race saved', () => {
  it.each([
    ['nothing when the first clone won', slot(0, { state: 'won', endedAt: iso(9) }), history, [0, 0]],
    ['p50 to p90 less what the first clone had run', slot(0, ended), history, [2, 20]],
    ['nothing at the least when it was past its p50', slot(0, { ...ended, startedAt: iso(-10) }), history, [0, 10]],
    ['what is not known past its p90', slot(0, { ...ended, startedAt: iso(-20) }), history, null],
    ['what is not known without history', slot(0, ended), null, null],
    ['what is not known of a first clone that failed', slot(0, { ...ended, state: 'failed' }), history, null],
    ['its own end, when it came to one', slot(0, { ...ended, exitCode: 0, endedAt: iso(13) }), history, [3, 3]],
  ] as const)('is %s', (_, first, predicted, betweenS) => {
    const other = first.state === 'won' ? { ...won, state: 'lost' as const } : won
    expect(raced(first, predicted, other)).toMatchObject([{ task: 'A', attempt: 1, betweenS }])
  })

  it('is not told where a result took several clones, be it that they were beaten, or where one clone ran', () => {
    expect(raced(slot(0, { state: 'contributed' }))).toStrictEqual([])
    expect(raced(slot(0, { state: 'contributed' }), history, { ...won, state: 'contributed' })).toStrictEqual([])
    expect(raced(slot(0, ended), history, { ...won, timesS: { ...won.timesS, starting: null } })).toStrictEqual([])
  })
})

describe('costs', () => {
  it('of a clone that was cancelled with its run are neither useful nor those of a race', () => {
    const attempt = { ...(sample as AttemptDocument), slots: [slot(0, { state: 'cancelled', costUsd: 2 })] }
    const { total } = costsOf(runDocument({ tasks: [taskDocument('A', { attempts: [attempt] })] }))
    expect(total).toStrictEqual({ usefulUsd: 0, clonesUsd: 0, failuresUsd: 0, cancelledUsd: 2, clones: 1 })
    expect(totalUsd(total)).toBe(2)
  })

  it('count what a clone cost that never came to its command', () => {
    const failed = slot(0, { state: 'failed', startedAt: null, costUsd: 1 })
    const attempt = { ...(sample as AttemptDocument), slots: [failed] }
    expect(costsOf(runDocument({ tasks: [taskDocument('A', { attempts: [attempt] })] })).total.failuresUsd).toBe(1)
  })

  it('stand against the budget, if there is one', () => {
    expect(budgetOf(runDocument())).toBeNull()
    const run = runDocument({ budgetUsd: 1, costUsd: 0.25, reservedUsd: 0.5 })
    expect(budgetOf(run)).toStrictEqual({ capUsd: 1, spentUsd: 0.25, reservedUsd: 0.5 })
  })
})
