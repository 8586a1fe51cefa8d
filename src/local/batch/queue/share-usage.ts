import type { FairsharePolicy } from '@aws-sdk/client-batch'

/** What AWS takes for a decay of 0. */
const shortestDecayS = 600

interface Used {
  /** vCPUs of jobs that run. */
  now: number
  /** Mean vCPUs of jobs that have ended, over the time of decay, as of `atMs`. */
  past: number
  atMs: number
}

/** What the shares of a queue use and have used; what is past counts less and less. */
export class ShareUsage {
  readonly #used = new Map<string, Used>()

  start(share: string, vcpus: number): void {
    this.#of(share).now += vcpus
  }

  end(share: string, vcpus: number, ranS: number, policy: FairsharePolicy, nowMs: number): void {
    const used = this.#of(share)
    used.now -= vcpus
    used.past = decayed(used, policy, nowMs) + (vcpus * ranS) / decayS(policy)
    used.atMs = nowMs
  }

  /** vCPUs in use and in the past times the weight: the smaller, the sooner a job of the share is next. */
  weighted(share: string, policy: FairsharePolicy, nowMs: number): number {
    const used = this.#used.get(share)
    return used === undefined ? 0 : (used.now + decayed(used, policy, nowMs)) * weightOf(share, policy)
  }

  /** vCPUs that all shares use now. */
  get vcpus(): number {
    return [...this.#used.values()].reduce((sum, { now }) => sum + now, 0)
  }

  #of(share: string): Used {
    const used = this.#used.get(share) ?? { now: 0, past: 0, atMs: 0 }
    this.#used.set(share, used)
    return used
  }
}

/** The weight of a share: its own, that of a prefix that ends with an asterisk, or 1. */
function weightOf(share: string, { shareDistribution = [] }: FairsharePolicy): number {
  const own = shareDistribution.find(({ shareIdentifier = '' }) =>
    shareIdentifier.endsWith('*') ? share.startsWith(shareIdentifier.slice(0, -1)) : share === shareIdentifier,
  )
  return own?.weightFactor ?? 1
}

/** The part of all vCPUs that is kept for shares that have no jobs yet. */
export function reservedPart({ computeReservation = 0 }: FairsharePolicy, activeShares: number): number {
  return computeReservation === 0 ? 0 : (computeReservation / 100) ** activeShares
}

function decayS({ shareDecaySeconds = 0 }: FairsharePolicy): number {
  return shareDecaySeconds || shortestDecayS
}

function decayed({ past, atMs }: Used, policy: FairsharePolicy, nowMs: number): number {
  return past * Math.exp(-(nowMs - atMs) / 1000 / decayS(policy))
}
