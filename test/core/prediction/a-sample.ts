import type { Sample } from '#core/prediction/prediction.ts'

/** A clone that came to a claim after 10 seconds, with 100 MiB. */
export function aSample(overrides: Partial<Sample> = {}): Sample {
  return {
    family: 'anomalies/clean',
    run: 'run_00000001',
    slot: 'clean/1/0',
    atMs: 1_800_000_000_000,
    pool: 'hot',
    variant: null,
    memoryMiB: 512,
    timeoutS: null,
    outcome: 'claimed',
    cause: null,
    remedy: null,
    runningS: 10,
    cpuS: 9,
    peakMemoryMiB: 100,
    bytesIn: 0,
    bytesOut: 0,
    ...overrides,
  }
}
