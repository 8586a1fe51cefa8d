import { z } from 'zod'
import { conditional, document, route } from '#contract/api/define-route.ts'
import { planSchema } from '#contract/api/schemas/plan-schema.ts'
import { runDocumentSchema, taskDocumentSchema } from '#contract/api/schemas/run-schema.ts'
import {
  cursorSchema,
  outputWordSchema,
  runIdSchema,
  runWordSchema,
  taskWordSchema,
  wholeWord,
  wordsSchema,
} from '#contract/api/schemas/scalars.ts'
import { eventSchema, logPieceSchema, outputFilesSchema, outputSchema } from '#contract/api/schemas/stream-schema.ts'
import { taskStates } from '#core/run/task.ts'

/** Items of a page unless the request says otherwise, and at most. */
export const pageLimits = {
  runs: { usual: 20, most: 100 },
  tasks: { usual: 100, most: 500 },
  events: { usual: 500, most: 1_000 },
  logs: { usual: 100, most: 200 },
} as const

/** How long an answer to who follows may take: API Gateway gives 29 s. */
export const longestHoldS = 20

const page = ({ usual, most }: { readonly usual: number; readonly most: number }) => ({
  cursor: cursorSchema.optional(),
  limit: wholeWord(1, most)
    .optional()
    .meta({ description: `Items of a page. Default: ${usual}.` }),
})
const nextCursor = cursorSchema.optional().meta({ description: 'Absent on the last page.' })
const ofRun = z.strictObject({ id: runWordSchema })

/** A key under which a request is carried out once, however often it is sent. */
export const idempotencyKey = z.object({
  'idempotency-key': z
    .string()
    .regex(/^[\u0021-\u007e]{1,255}$/, 'write 1 to 255 printable characters')
    .optional()
    .meta({ description: 'The request is carried out once under this key; a repetition gets the same answer.' }),
})

export const startedAnswer = {
  202: {
    description: 'Taken: the run to follow.',
    body: z.object({ runId: runIdSchema }).meta({ id: 'Started' }),
    headers: { Location: 'The run.' },
  },
} as const

export const listRuns = route({
  operation: 'listRuns',
  method: 'GET',
  path: '/runs',
  summary: 'Runs, newest first',
  write: false,
  query: z.strictObject(page(pageLimits.runs)),
  headers: conditional,
  answers: document('A page of runs.', z.object({ runs: z.array(runDocumentSchema), nextCursor })),
})

export const getRun = route({
  operation: 'getRun',
  method: 'GET',
  path: '/runs/{id}',
  summary: 'A run',
  write: false,
  params: ofRun,
  headers: conditional,
  answers: document('The run.', runDocumentSchema),
  problems: [404],
})

export const listTasks = route({
  operation: 'listTasks',
  method: 'GET',
  path: '/runs/{id}/tasks',
  summary: 'Tasks of a run, each with its attempts and clones',
  description:
    'In the order of the workflow, instances by number. With `state` a page may have fewer items than asked for, or none, and still be followed by another.',
  write: false,
  params: ofRun,
  query: z.strictObject({ ...page(pageLimits.tasks), state: z.enum(taskStates).optional() }),
  headers: conditional,
  answers: document('A page of tasks.', z.object({ tasks: z.array(taskDocumentSchema), nextCursor })),
  problems: [404],
})

export const getPlan = route({
  operation: 'getPlan',
  method: 'GET',
  path: '/runs/{id}/plan',
  summary: 'The plan of a run: pools, clones, hedges, and why',
  write: false,
  params: ofRun,
  headers: conditional,
  answers: document('The plan.', planSchema),
  problems: [404],
})

export const getWorkflow = route({
  operation: 'getWorkflow',
  method: 'GET',
  path: '/runs/{id}/workflow',
  summary: 'The workflow of a run, with every default written out',
  write: false,
  params: ofRun,
  headers: conditional,
  answers: document(
    'A workflow document, as POST /workflows takes it.',
    z.looseObject({ apiVersion: z.string(), name: z.string() }).meta({ id: 'Workflow' }),
  ),
  problems: [404],
})

export const listEvents = route({
  operation: 'listEvents',
  method: 'GET',
  path: '/runs/{id}/events',
  summary: 'All that happened in a run, in the order in which it was written',
  description: `With \`Accept: text/event-stream\`: server-sent events after \`Last-Event-ID\` or \`cursor\`. Such an answer waits up to ${longestHoldS} s for something new and then ends; the client connects again, as an EventSource does. 204 says that the run is over and nothing will come.`,
  write: false,
  params: ofRun,
  query: z.strictObject(page(pageLimits.events)),
  headers: z.object({
    'if-none-match': conditional.shape['if-none-match'],
    'last-event-id': cursorSchema.optional().meta({ description: 'The last event that is known.' }),
  }),
  answers: {
    200: {
      description: 'A page of events, or a piece of the stream of them.',
      body: z.object({
        events: z.array(eventSchema),
        nextCursor: cursorSchema.optional().meta({ description: 'Absent when no later event is known yet.' }),
      }),
      bytes: ['text/event-stream'],
    },
    204: { description: 'The run is over, and its stream too.' },
    304: { description: 'As it was: `If-None-Match` names it.' },
  },
  problems: [404],
})

export const listLogs = route({
  operation: 'listLogs',
  method: 'GET',
  path: '/runs/{id}/logs',
  summary: 'What the clones of a run wrote to standard output and error',
  description:
    'Log after log, by task, attempt and clone. To follow one that still grows, name its task, attempt, clone and stream: then `nextCursor` is there until its clone has ended.',
  write: false,
  params: ofRun,
  query: z.strictObject({
    ...page(pageLimits.logs),
    task: taskWordSchema.optional(),
    attempt: wholeWord(1, 100_000).optional(),
    clone: wholeWord(0, 100_000).optional(),
    stream: z.enum(['stdout', 'stderr']).optional(),
  }),
  headers: conditional,
  answers: document('A page of pieces.', z.object({ logs: z.array(logPieceSchema), nextCursor })),
  problems: [404],
})

export const listOutputs = route({
  operation: 'listOutputs',
  method: 'GET',
  path: '/runs/{id}/outputs',
  summary: 'Committed outputs of a run by name',
  write: false,
  params: ofRun,
  headers: conditional,
  answers: document('The outputs.', z.object({ outputs: z.record(z.string(), outputSchema) })),
  problems: [404],
})

export const getOutput = route({
  operation: 'getOutput',
  method: 'GET',
  path: '/runs/{id}/outputs/{name}',
  summary: 'The bytes of an output',
  description:
    'Of a directory: the list of its files; `file` takes one of them. What is large is answered with the place where it is.',
  write: false,
  params: z.strictObject({ id: runWordSchema, name: outputWordSchema }),
  query: z.strictObject({
    file: z
      .string()
      .min(1)
      .max(1_024)
      .optional()
      .meta({ description: 'Path of a file in a directory, as it is listed.' }),
  }),
  headers: z.object({
    'if-none-match': conditional.shape['if-none-match'],
    range: z.string().max(256).optional().meta({ description: 'One range of bytes, as `bytes=0-1023`.' }),
    'if-range': z.string().max(1_024).optional(),
  }),
  answers: {
    200: {
      description: 'All of it.',
      body: outputFilesSchema,
      bytes: ['application/octet-stream', 'application/json', 'text/plain; charset=utf-8'],
      headers: { ETag: 'The hash of the content.' },
    },
    206: {
      description: 'The range.',
      bytes: ['application/octet-stream'],
      headers: { 'Content-Range': 'Which bytes.' },
    },
    304: { description: 'As it was: `If-None-Match` names it.' },
    307: { description: 'It is read there.', headers: { Location: 'Where it is, for a while.' } },
  },
  problems: [404, 416],
})

export const cancelRun = route({
  operation: 'cancelRun',
  method: 'POST',
  path: '/runs/{id}/cancel',
  summary: 'Cancel a run',
  write: true,
  params: ofRun,
  body: z.strictObject({ reason: wordsSchema.optional() }).meta({ id: 'Cancel' }),
  answers: startedAnswer,
  problems: [401, 404, 409, 413, 415],
})

export const resumeRun = route({
  operation: 'resumeRun',
  method: 'POST',
  path: '/runs/{id}/resume',
  summary: 'Go on with an interrupted run',
  write: true,
  params: ofRun,
  body: z.strictObject({}).meta({ id: 'Resume' }),
  answers: startedAnswer,
  problems: [401, 404, 409, 413, 415],
})

export const retryRun = route({
  operation: 'retryRun',
  method: 'POST',
  path: '/runs/{id}/retry',
  summary: 'Run again what left no result',
  description:
    'A run that is over is run once more as a new one, which keeps what was committed but for the tasks in `force`. In one that is not over, tasks in `force` that are in doubt are run once more.',
  write: true,
  params: ofRun,
  headers: idempotencyKey,
  body: z.strictObject({ force: z.array(taskWordSchema).max(10_000).optional() }).meta({ id: 'Retry' }),
  answers: startedAnswer,
  problems: [401, 404, 409, 413, 415, 422],
})
