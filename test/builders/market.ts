import type { MarketGoods } from '#adapters/memory/memory-market.ts'
import type { InstanceType } from '#core/market/instance-type.ts'
import type { SpotQuote } from '#core/market/spot-price.ts'

/** A type of instance of x86. */
export function instanceType(type: string, vcpus: number, gib: number, gpus = 0): InstanceType {
  return { type, vcpus, memoryMiB: gib * 1024, gpus, arch: 'x86_64' }
}

export const marketNowMs = Date.UTC(2026, 10, 21, 12)

/** A spot price of a type in zone a, hours before {@link marketNowMs}. */
export function spotQuote(type: string, usdPerHour: number, hoursAgo: number, zone = 'us-east-1a'): SpotQuote {
  return { type, zone, usdPerHour, atMs: marketNowMs - hoursAgo * 3_600_000 }
}

/** A part of the market of us-east-1 as of November 2026, with an account as a new one is. */
export const marketGoods: MarketGoods = {
  instanceTypes: [
    instanceType('c7i-flex.large', 2, 4),
    instanceType('c7i.large', 2, 4),
    instanceType('c7i.xlarge', 4, 8),
    instanceType('c7i.24xlarge', 96, 192),
    instanceType('m7i.large', 2, 8),
    instanceType('r7i.large', 2, 16),
    instanceType('g4dn.xlarge', 4, 16, 1),
    instanceType('g4dn.12xlarge', 48, 192, 4),
    { ...instanceType('c7g.large', 2, 4), arch: 'arm64' },
  ],
  onDemand: {
    'c7i-flex.large': 0.08479,
    'c7i.large': 0.08925,
    'c7i.xlarge': 0.1785,
    'c7i.24xlarge': 4.284,
    'm7i.large': 0.1008,
    'r7i.large': 0.1323,
    'g4dn.xlarge': 0.526,
    'g4dn.12xlarge': 3.912,
  },
  spot: [
    spotQuote('c7i.large', 0.04, 100),
    spotQuote('c7i.large', 0.03, 50),
    spotQuote('c7i.large', 0.0357, 10),
    spotQuote('c7i.large', 0.0357, 90, 'us-east-1b'),
    spotQuote('m7i.large', 0.0403, 200),
    spotQuote('g4dn.xlarge', 0.21, 30),
  ],
  fargate: { 'on-demand': { usdPerVcpuHour: 0.04048, usdPerGiBHour: 0.004445 }, spot: null },
  quotas: {
    'standard on-demand': 32,
    'standard spot': 5,
    'g on-demand': 0,
    'g spot': 0,
    'p on-demand': 0,
    'p spot': 0,
    'fargate on-demand': 6,
    'fargate spot': 6,
    'lambda concurrency': 10,
  },
}
