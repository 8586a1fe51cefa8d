import { z } from 'zod'
import { cursorSchema, jsonSchema, sha256Schema, timeSchema } from '#contract/api/schemas/scalars.ts'
import type { EventDocument } from '#contract/run-document.ts'

/** An event, one change of one row. */
export const eventSchema: z.ZodType<EventDocument> = z
  .object({
    cursor: cursorSchema,
    at: timeSchema,
    kind: z.enum(['run', 'task', 'slot', 'group', 'ledger']),
    id: z.string(),
    version: z.int().positive(),
    type: z.string(),
    data: z.record(z.string(), jsonSchema),
  })
  .meta({ id: 'Event', description: 'One change of one row. There may be new types and data at any time.' })

/** A piece of a clone's log, and where in the log it is. */
export const logPieceSchema = z
  .object({
    task: z.string(),
    attempt: z.int().positive(),
    clone: z.int().nonnegative(),
    stream: z.enum(['stdout', 'stderr']),
    offset: z.int().nonnegative().meta({ description: 'Bytes of this log before this piece.' }),
    text: z.string(),
  })
  .meta({ id: 'LogPiece' })
export type LogPiece = z.infer<typeof logPieceSchema>

/** A committed output, and where its bytes are. */
export const outputSchema = z
  .object({
    type: z.enum(['file', 'directory', 'json', 'text']),
    bytes: z.int().nonnegative(),
    sha256: sha256Schema,
    href: z.string().meta({ description: 'Where it is read, relative to this API.' }),
  })
  .meta({ id: 'Output' })

/** The files of an output that is a directory. */
export const outputFilesSchema = z
  .object({
    files: z.array(
      z.object({ path: z.string(), bytes: z.int().nonnegative(), sha256: sha256Schema, href: z.string() }),
    ),
  })
  .meta({ id: 'OutputFiles' })
