import { z } from 'zod'
import { conditional, document, route } from '#contract/api/define-route.ts'
import { idempotencyKey, startedAnswer } from '#contract/api/run-routes.ts'
import { planPreviewSchema } from '#contract/api/schemas/plan-schema.ts'
import { poolsSchema } from '#contract/api/schemas/pool-schema.ts'
import { blobSchema, jsonSchema, sha256Schema } from '#contract/api/schemas/scalars.ts'
import { LIMITS } from '#core/workflow/limits.ts'

/** Uploads that one request may ask for. */
const mostUploads = 1_000

const uploadSchema = z.strictObject({
  sha256: sha256Schema,
  bytes: z.int().min(0).max(LIMITS.fileBytes.value, `write a number of bytes up to ${LIMITS.fileBytes.value}`),
})

/** A submission: checked further as a workflow is. */
export const submissionSchema = z
  .strictObject({
    workflow: z
      .union(
        [blobSchema, z.record(z.string(), jsonSchema)],
        'write a workflow document, or `sha256:` and the hash of an uploaded one',
      )
      .meta({
        description:
          'A workflow document (see workflow.schema.json) whose code and files are `blob: sha256:…`, or such a document uploaded as JSON, by its hash. No path is read.',
      }),
    params: z.record(z.string(), jsonSchema).optional().meta({ description: 'Values of the workflow’s parameters.' }),
    policy: z
      .strictObject({ cloning: z.boolean().optional(), hedging: z.boolean().optional() })
      .optional()
      .meta({ description: 'Whether tasks may be cloned and hedged. Default: both.' }),
  })
  .meta({
    id: 'Submission',
    examples: [
      { workflow: { apiVersion: 'forkcast/v1', name: 'hello', tasks: { hello: { run: 'echo hello' } } } },
      {
        workflow: {
          apiVersion: 'forkcast/v1',
          name: 'window',
          params: { window: { type: 'integer', default: 12 } },
          tasks: { count: { run: 'seq "$PARAM_WINDOW"' } },
        },
        params: { window: 3 },
        policy: { cloning: false },
      },
    ],
  })
export type Submission = z.output<typeof submissionSchema>

export const askUploads = route({
  operation: 'askUploads',
  method: 'POST',
  path: '/uploads',
  summary: 'Where to put content before a submission names it',
  write: true,
  body: z.array(uploadSchema).min(1).max(mostUploads).meta({ id: 'UploadRequest' }),
  answers: {
    200: {
      description: 'What is to be put where; content that is known is not listed.',
      body: z.object({
        uploads: z.array(
          z.object({
            sha256: sha256Schema,
            method: z.literal('PUT'),
            url: z
              .string()
              .meta({ description: 'Relative to this API, or absolute. Give the token to this API alone.' }),
            headers: z.record(z.string(), z.string()),
          }),
        ),
      }),
    },
  },
  problems: [401, 413, 415],
})

export const putUpload = route({
  operation: 'putUpload',
  method: 'PUT',
  path: '/uploads/{sha256}',
  summary: 'Put content under its hash',
  write: true,
  params: z.strictObject({ sha256: sha256Schema }),
  takesBytes: true,
  answers: {
    201: { description: 'Stored.' },
    204: { description: 'It was there.' },
  },
  problems: [401, 411, 413],
})

export const submitWorkflow = route({
  operation: 'submitWorkflow',
  method: 'POST',
  path: '/workflows',
  summary: 'Run a workflow',
  write: true,
  headers: idempotencyKey,
  body: submissionSchema,
  answers: startedAnswer,
  problems: [401, 409, 413, 415, 422],
})

export const planWorkflow = route({
  operation: 'planWorkflow',
  method: 'POST',
  path: '/plans',
  summary: 'What a submission would come to; nothing runs',
  write: true,
  body: submissionSchema,
  answers: { 200: { description: 'The plan and its price.', body: planPreviewSchema } },
  problems: [401, 413, 415],
})

export const listPools = route({
  operation: 'listPools',
  method: 'GET',
  path: '/pools',
  summary: 'Where clones may run, and what is free',
  write: false,
  headers: conditional,
  answers: document('The pools.', poolsSchema),
})

export const getHealth = route({
  operation: 'getHealth',
  method: 'GET',
  path: '/health',
  summary: 'Whether the control plane answers, and which one it is',
  write: false,
  headers: conditional,
  answers: document(
    'It does.',
    z.object({ status: z.literal('ok'), version: z.string(), api: z.literal(1) }).meta({ id: 'Health' }),
  ),
})

export const getOpenApi = route({
  operation: 'getOpenApi',
  method: 'GET',
  path: '/openapi.json',
  summary: 'This document',
  write: false,
  headers: conditional,
  answers: document('OpenAPI 3.1.', z.looseObject({ openapi: z.string() })),
})
