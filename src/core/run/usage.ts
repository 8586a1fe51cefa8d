/**
 * What a clone used, as measured. What was not measured is `null`, never 0.
 * `exact`: read from the kernel at the end; `sampled`: the greatest of samples; `none`: nothing was read.
 */
export interface Usage {
  readonly basis: 'exact' | 'sampled' | 'none'
  readonly cpuS: number | null
  readonly peakMemoryMiB: number | null
  readonly bytesIn: number
  readonly bytesOut: number
}

/** Seconds that a clone spent in each phase; `null` for a phase it did not reach. */
export interface PhaseTimes {
  readonly stagingInS: number | null
  readonly runningS: number | null
  readonly stagingOutS: number | null
}
