import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { enoughSamples, predict } from '#core/prediction/predict.ts'
import { familyOf, type Sample } from '#core/prediction/prediction.ts'
import { aSample } from './a-sample.ts'

const resources = { vcpus: 1, memoryMiB: 512, gpus: 0 }
/** What is assumed of a task of which nothing is known. */
const unknown = { p50: 10, p90: 60, p99: 600 }
const took = (...seconds: readonly (number | null)[]): readonly Sample[] =>
  seconds.map((runningS) => aSample({ runningS }))

/**
 * Type 7 of Hyndman and Fan as a sum over all values: each weighs by how near its rank is to that of the quantile.
 */
function naiveQuantile(values: readonly number[], q: number): number {
  const at = (values.length - 1) * q
  const ordered = values.toSorted((a, b) => a - b)
  return ordered.reduce((sum, value, rank) => sum + value * Math.max(0, 1 - Math.abs(rank - at)), 0)
}

const quantity = fc.double({ min: 0, max: 1e6, noNaN: true })
const samples: fc.Arbitrary<readonly Sample[]> = fc.array(
  fc
    .record({
      outcome: fc.constantFrom('claimed', 'claimed', 'claimed', 'failed', 'lost'),
      runningS: fc.option(quantity),
      peakMemoryMiB: fc.option(quantity),
    })
    .map(aSample),
  { maxLength: 60 },
)

describe('a prediction', () => {
  it('from history is the quantiles of what claimed clones took and used, as a naive computation has them', () => {
    fc.assert(
      fc.property(samples, (history) => {
        const claimed = history.filter(({ outcome }) => outcome === 'claimed')
        const durations = claimed.flatMap(({ runningS }) => runningS ?? [])
        const memories = claimed.flatMap(({ peakMemoryMiB }) => peakMemoryMiB ?? [])
        const predicted = predict(history, {}, resources)

        expect(predicted.basis).toStrictEqual(
          durations.length >= 3 ? { kind: 'history', samples: durations.length } : { kind: 'none' },
        )
        for (const [name, q] of [
          ['p50', 0.5],
          ['p90', 0.9],
          ['p99', 0.99],
        ] as const) {
          const duration = durations.length >= 3 ? naiveQuantile(durations, q) : unknown[name]
          const memory = memories.length >= 3 ? naiveQuantile(memories, q) : resources.memoryMiB
          expect(predicted.durationS[name]).toBeCloseTo(duration, 4)
          expect(predicted.memoryMiB[name]).toBeCloseTo(memory, 4)
        }
      }),
    )
  })

  it('does not depend on the order of samples', () => {
    fc.assert(
      fc.property(samples, (history) => {
        expect(predict(history.toReversed(), {}, resources)).toStrictEqual(predict(history, {}, resources))
      }),
    )
  })

  it('grows from p50 to p99', () => {
    fc.assert(
      fc.property(samples, fc.option(quantity, { nil: undefined }), (history, durationS) => {
        const estimate = durationS === undefined ? {} : { durationS }
        const { durationS: time, memoryMiB: memory } = predict(history, estimate, resources)
        for (const { p50, p90, p99 } of [time, memory]) {
          expect(p50).toBeLessThanOrEqual(p90 + 1e-9)
          expect(p90).toBeLessThanOrEqual(p99 + 1e-9)
        }
      }),
    )
  })

  it.each([
    ['two samples and an estimate', took(1, 2), { durationS: 20 }, { kind: 'estimate' }, { p50: 20, p90: 30, p99: 50 }],
    ['three samples and an estimate', took(1, 2, 3), { durationS: 20 }, { kind: 'history', samples: 3 }, { p50: 2 }],
    ['two samples', took(1, 2), {}, { kind: 'none' }, unknown],
    ['three samples, one without a time', took(1, 2, null), {}, { kind: 'none' }, { p50: 10 }],
    ['nothing', [], {}, { kind: 'none' }, { p50: 10 }],
    ['an estimate of no time', [], { durationS: 0 }, { kind: 'estimate' }, { p50: 0, p90: 0, p99: 0 }],
  ] as const)('with %s is based on what is known best', (_, history, estimate, basis, durationS) => {
    const predicted = predict(history, estimate, resources)
    expect(predicted.basis).toStrictEqual(basis)
    expect(predicted.durationS).toMatchObject(durationS)
  })

  it('takes what was asked for as memory, then the estimate, then history', () => {
    const all = (memoryMiB: number) => ({ p50: memoryMiB, p90: memoryMiB, p99: memoryMiB })
    expect(predict([], {}, resources).memoryMiB).toStrictEqual(all(512))
    expect(predict([], { memoryMiB: 300 }, resources).memoryMiB).toStrictEqual(all(300))
    expect(predict(took(1, 1, 1), { memoryMiB: 300 }, resources).memoryMiB).toStrictEqual(all(100))
  })

  it('lets clones that failed or were told to end say nothing of the time it takes', () => {
    const others = [aSample({ outcome: 'failed', runningS: 1 }), aSample({ outcome: 'lost', runningS: 1 })]
    expect(predict([...took(7, 7, 7), ...others], {}, resources).durationS).toStrictEqual({ p50: 7, p90: 7, p99: 7 })
  })

  it('needs three samples of its own', () => {
    expect(enoughSamples).toBe(3)
  })
})

describe('a family', () => {
  it('is the task of the workflow, whatever the run', () => {
    expect(familyOf('anomalies', 'clean')).toBe('anomalies/clean')
  })
})
