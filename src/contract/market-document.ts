import { z } from 'zod'
import type { MarketView } from '#core/market/market-view.ts'
import { quotaNames } from '#core/market/quota.ts'

const usd = z.number().nonnegative()
const quoted = <T extends z.ZodType>(value: T) => z.object({ value, atMs: z.number() }).nullable()
const fargatePrice = z.object({ usdPerVcpuHour: usd, usdPerGiBHour: usd }).nullable()

/** What an account knows of its market, as an object that its processes share; written by one of them each hour. */
export const marketDocumentSchema: z.ZodType<MarketView> = z.object({
  instanceTypes: quoted(
    z.array(
      z.object({
        type: z.string(),
        vcpus: z.number().positive(),
        memoryMiB: z.number().positive(),
        gpus: z.number().nonnegative(),
        arch: z.enum(['x86_64', 'arm64']),
      }),
    ),
  ),
  onDemand: quoted(z.record(z.string(), usd)),
  spot: quoted(z.record(z.string(), z.object({ usdPerHour: usd, meanUsdPerHour: usd }))),
  fargate: quoted(z.object({ 'on-demand': fargatePrice, spot: fargatePrice })),
  quotas: quoted(z.partialRecord(z.enum(quotaNames), z.number().nonnegative())),
})
