import type { Pool } from '#core/pools/pool.ts'

/** A hot on-demand pool of 4 vCPUs and 4 GiB that starts at once and asks 0.04 USD a vCPU hour. */
export function aPool(id: string, overrides: Partial<Pool> = {}): Pool {
  return {
    id,
    tier: 'hot',
    accelerator: 'cpu',
    purchase: 'on-demand',
    platform: { kind: 'machine' },
    vcpus: 4,
    memoryMiB: 4096,
    gpus: 0,
    startDelayS: 0,
    price: { usdPerVcpuHour: 0.04, usdPerGiBHour: 0, usdPerGpuHour: 0 },
    reclaimsPerHour: 0,
    spillsTo: [],
    emulated: true,
    ...overrides,
  }
}
