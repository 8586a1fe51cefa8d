import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { kinds, refusalOf, type Events, type Kind, type Stored } from '#core/run/record.ts'
import { jobEnded } from '#operations/job-ended.ts'
import type { JobEnded } from '#ports/pools.ts'
import { launchHandler } from '../../lambdas/launch/handler.ts'
import { settleHandler } from '../../lambdas/settle/handler.ts'
import { dag } from '../builders/dag.ts'
import { rig, slotRef, taskIn } from '../builders/rig.ts'
import { leaves } from '../operations/drawn.ts'
import { historyIn, replayed, type Step } from './history-file.ts'

const folder = join(import.meta.dirname, 'fixtures')
const histories = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ndjson'))
  .map((name) => [name, historyIn(readFileSync(join(folder, name), 'utf8'))] as const)
const rows = histories.flatMap(([, history]) => history.rows.map(({ row }) => row))

/** Fields that no event has today. */
const laterFields = fc.dictionary(
  fc.string({ minLength: 1 }).map((name) => `later ${name}`),
  fc.jsonValue(),
  { minKeys: 1, maxKeys: 3 },
)

describe('8: what a later version says', () => {
  test.each(histories)(
    'in fields that events have not had yet is passed over: the same rows (%s)',
    async (_, history) => {
      await fc.assert(
        fc.asyncProperty(laterFields, async (fields) => {
          const { store } = await replayed(history.steps.map((step) => withFields(step, fields)))
          for (const { run, row } of history.rows) {
            const found = await store.rows.get(run, row.kind, row.id)
            expect(JSON.parse(JSON.stringify(found))).toStrictEqual(row)
          }
        }),
        { numRuns: 5 },
      )
    },
  )

  test('in events of a new type is refused by name, whatever the row, which stays as it is', () => {
    const refused = (kind: Kind, row: Stored<Kind> | undefined, type: string) => {
      const event = { type, atMs: 0 } as unknown as Events[Kind]
      expect(refusalOf(kind, row?.value, event)).toContain(type)
    }
    for (const row of rows) refused(row.kind, row, 'later.happened')
    for (const kind of kinds) refused(kind, undefined, 'later.happened')
    fc.assert(
      fc.property(fc.constantFrom(...rows), fc.string(), (row, word) => refused(row.kind, row, `later.${word}`)),
    )
  })

  test('of a job that has ended, in new fields and words, changes nothing', async () => {
    const workflow = dag('A -> B', { A: { outputs: leaves('out'), clones: 2 } })
    const engine = rig(({ clone }) => ({ takesS: 5 + clone, outputs: { out: 1 } }))
    const run = await engine.submit(workflow)
    await engine.finish(run, workflow)
    const before = await engine.log(run)

    await fc.assert(
      fc.asyncProperty(
        laterFields,
        fc.constantFrom('A/1/0', 'A/1/1', 'B/1/0'),
        fc.option(fc.integer({ min: 0, max: 255 })),
        fc.string(),
        async (fields, slot, exitCode, reason) => {
          const { job, pool } = await engine.slot(run, slot)
          const event = { job: job ?? '', slot: slotRef(run, slot), pool, atMs: 0, billedS: 1, exitCode, reason }
          await jobEnded(engine.engine.ports, { ...fields, status: 'PAUSED', ...event } as JobEnded)
          expect(await engine.log(run)).toStrictEqual(before)
        },
      ),
    )
  })

  test('of a job that is lost, in words of its own, is kept as evidence of an unknown cause', async () => {
    const words = 'Job was parked by the fleet (reason code 77)'
    const engine = rig(({ attempt }) => (attempt === 1 ? { takesS: 5, silent: words } : { takesS: 5 }))
    const document = await engine.run(dag('A', { A: { retry: { limit: 1, backoffS: 0 } } }))

    expect(document.state).toBe('succeeded')
    expect(taskIn(document, 'A').attempts[0]).toMatchObject({ cause: 'unknown', confidence: 'possible' })
    expect(taskIn(document, 'A').attempts[0]?.evidence).toContain(words)
  })

  test('in new fields of the inputs of a state is passed over', async () => {
    const engine = rig(() => ({ takesS: 5 }))
    const workflow = dag('A')
    const run = await engine.submit(workflow)
    const { ports } = engine.engine
    const later = { later: true, context: { retries: 1 } }

    await launchHandler(ports)({
      slot: { run, task: 'A', attempt: 1, clone: 0, ...later },
      token: 'another token',
      ...later,
    })
    const attempts = [{ run, task: 'A', attempt: 1, ...later }]
    await settleHandler(ports)({ attempts, ...later })

    expect((await engine.finish(run, workflow)).state).toBe('succeeded')
  })
})

function withFields(step: Step, fields: object): Step {
  if ('object' in step) return step
  const commit = step.commit.map((one) => ({ ...one, events: one.events.map((event) => ({ ...fields, ...event })) }))
  return { ...step, commit }
}
