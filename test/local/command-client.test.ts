import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Commands } from '#contract/commands.ts'
import { err, ok } from '#core/result.ts'
import { commandClient } from '#local/command-client.ts'
import { submit } from '#operations/submit.ts'
import { dag, workflowOf } from '../builders/dag.ts'
import { answeredRun, ServedApi } from '../builders/served-api.ts'

const workflow = workflowOf(dag('A -> B').tasks, { params: { n: { type: 'integer' } } })
const request = { workflow, params: { n: 1 }, policy: { cloning: true, hedging: false } }

let api: ServedApi
/** A run that is there to be commanded. */
let run: string
let hold: Promise<void>
const commands: Partial<Commands> = {
  resume: async () => err({ code: 'RUN-ENDED', message: 'it has ended', fix: 'retry it', exitCode: 5 }),
  retry: async () => {
    throw Object.assign(new Error('write'), { code: 'ENOSPC', path: '/state/store' })
  },
}

beforeEach(async () => {
  hold = Promise.resolve()
  api = await ServedApi.start({
    ...commands,
    async submit(submitted) {
      api.asked.push(submitted)
      await hold
      return ok({ runId: answeredRun })
    },
  })
  const ids = { run: () => 'run_00000000' as Awaited<ReturnType<typeof submit>>, token: () => '' }
  run = await submit(
    { store: api.store, objects: api.objects, clock: { nowMs: () => 0 }, ids },
    { ...request, tenant: 'local' },
  )
})
afterEach(() => api[Symbol.asyncDispose]())

const client = (answerMs?: number) =>
  commandClient({ objects: api.objects, address: api.address, ...(answerMs === undefined ? {} : { answerMs }) })

it('carries a workflow, its parameters and policy, and the id of the run back', async () => {
  expect(await client().submit(request)).toStrictEqual(ok({ runId: answeredRun }))
  expect(api.asked).toStrictEqual([JSON.parse(JSON.stringify(request))])
})

it('carries words, and the engine’s own problem', async () => {
  expect(await client().cancel(run, 'enough')).toStrictEqual(ok(undefined))
  expect(api.asked).toStrictEqual([[run, 'enough']])
  const ended = { code: 'RUN-ENDED', message: 'it has ended', fix: 'retry it', exitCode: 5 }
  expect(await client().resume(run)).toStrictEqual(err(ended))
})

it('names what the machine of the engine refused', async () => {
  const full = { code: 'DISK-FULL', message: expect.stringContaining('/state/store'), exitCode: 1 }
  expect(await client().retry(run, { force: ['A'] })).toMatchObject(err(full))
})

it('gives up on an engine that does not answer', async () => {
  const stuck = Promise.withResolvers<void>()
  hold = stuck.promise
  expect(await client(200).submit(request)).toMatchObject(err({ code: 'ENGINE-SILENT', exitCode: 6 }))
  stuck.resolve()
})

it('says that nothing was done once the engine has ended, or another one has its port', async () => {
  const stranger = commandClient({ address: { ...api.address, token: 'wrong' }, objects: api.objects })
  expect(await stranger.resume(run)).toMatchObject(err({ code: 'ENGINE-GONE' }))
  await api.close()
  expect(await client().resume(run)).toMatchObject(err({ code: 'ENGINE-GONE' }))
})
