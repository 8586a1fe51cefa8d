import { z } from 'zod'
import type { Capacity, Pool, Room } from '#core/pools/pool.ts'

const roomSchema: z.ZodType<Room> = z
  .object({ vcpus: z.number(), memoryMiB: z.number(), gpus: z.number() })
  .meta({ id: 'Room' })

const poolSchema: z.ZodType<Pool> = z
  .object({
    id: z.string(),
    tier: z.enum(['hot', 'warm', 'cold']),
    accelerator: z.enum(['cpu', 'gpu']),
    purchase: z.enum(['on-demand', 'spot']),
    vcpus: z.number(),
    memoryMiB: z.number(),
    gpus: z.number(),
    startDelayS: z.number(),
    price: z.object({ usdPerVcpuHour: z.number(), usdPerGiBHour: z.number(), usdPerGpuHour: z.number() }),
    reclaimsPerHour: z.number(),
    spillsTo: z.array(z.string()),
    emulated: z.boolean().meta({ description: 'Start delay, price and reclaims are made up by this machine.' }),
  })
  .meta({ id: 'Pool', description: 'Where clones may run.' })

const capacitySchema: z.ZodType<Capacity> = z
  .object({ pools: z.record(z.string(), roomSchema), total: roomSchema })
  .meta({ id: 'Capacity', description: 'What is free now.' })

/** Pools, and what is free in them. */
export const poolsSchema = z.object({ pools: z.array(poolSchema), capacity: capacitySchema.nullable() })
