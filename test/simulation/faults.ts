/** Everything that goes wrong in simulated worlds; a sweep in which one of them never happened fails. */
export const faultTypes = [
  // Port calls.
  'commit conflict',
  'call rejected before it took effect',
  'call rejected after it took effect',
  'call delayed',
  'port down for a while',
  // Processes.
  'crash before a call',
  'crash after a call',
  'call of a dead process takes effect',
  'engine lost during recovery',
  'invocation repeated',
  'launch retried',
  // Events of jobs.
  'job event repeated',
  'job event dropped',
  'job event reordered',
  'job event delayed',
  'job event before its submission was answered',
  // Timers.
  'timer early',
  'timer late',
  'timer twice',
  'timer dropped',
  // Tokens and jobs.
  'token answered twice',
  'job submitted twice',
  'reclaimed with exit code 143',
  'reclaimed with exit code 137',
  'reclaimed without exit code',
  'agent stands still past its lease',
  'agent does not end by itself',
  'agent does not hear that it is to end',
  // Clocks and people.
  'clock skewed',
  'clock steps back',
  'run cancelled',
] as const
export type FaultType = (typeof faultTypes)[number]

/** What can't happen on one machine, and what can't in an account. */
export const impossible: Readonly<Record<'machine' | 'account', readonly FaultType[]>> = {
  machine: [
    'invocation repeated',
    'launch retried',
    'job event repeated',
    'job event dropped',
    'job event reordered',
    'job event delayed',
    'timer early',
    'timer twice',
    'timer dropped',
    'job submitted twice',
    'clock skewed',
  ],
  account: ['engine lost during recovery'],
}

/** How likely each fault is where it can happen; what is absent never happens. */
export type Chances = Readonly<Partial<Record<FaultType, number>>>

/** Counts of faults by type. */
export class FaultCounts {
  readonly #counts = new Map<FaultType, number>()

  add(type: FaultType, count = 1): void {
    this.#counts.set(type, this.of(type) + count)
  }

  of(type: FaultType): number {
    return this.#counts.get(type) ?? 0
  }

  addAll(other: FaultCounts): void {
    for (const type of faultTypes) if (other.of(type) > 0) this.add(type, other.of(type))
  }

  get total(): number {
    return faultTypes.reduce((sum, type) => sum + this.of(type), 0)
  }
}
