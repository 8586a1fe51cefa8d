import { z } from 'zod'
import type { Capacity, Platform, Pool, Room } from '#core/pools/pool.ts'

const roomSchema: z.ZodType<Room> = z
  .object({ vcpus: z.number(), memoryMiB: z.number(), gpus: z.number() })
  .meta({ id: 'Room' })

const platformSchema: z.ZodType<Platform> = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('machine') }),
    z.object({
      kind: z.literal('EC2'),
      hosts: z.array(roomSchema).meta({ description: 'What jobs may have of one host, of the largest.' }),
    }),
    z.object({ kind: z.literal('FARGATE') }),
  ])
  .meta({ id: 'Platform', description: 'What runs the clones of a pool, and so what sizes they have.' })

const poolSchema: z.ZodType<Pool> = z
  .object({
    id: z.string(),
    tier: z.enum(['hot', 'warm', 'cold']),
    accelerator: z.enum(['cpu', 'gpu']),
    purchase: z.enum(['on-demand', 'spot']),
    platform: platformSchema,
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
  .object({
    pools: z.record(z.string(), roomSchema),
    total: roomSchema,
    shared: z
      .array(z.object({ pools: z.array(z.string()), room: roomSchema }))
      .exactOptional()
      .meta({ description: 'What is free for some pools together, as where tiers share a quota.' }),
  })
  .meta({ id: 'Capacity', description: 'What is free now.' })

/** Pools, and what is free in them. */
export const poolsSchema = z.object({ pools: z.array(poolSchema), capacity: capacitySchema.nullable() })
