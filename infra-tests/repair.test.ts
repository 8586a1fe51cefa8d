import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CutFunctions } from './account/cut-functions.ts'
import { comesBackAfter, deployed, ended, eventsOf, jobsOf, runUntil, submitted, taskOf, turn } from './deployed.ts'

const resources = { memory: '64MiB' }
const functions = new CutFunctions(deployed)

/** 1, 3, 6, 10, …: after each kill one step further than after the one before. */
const growing = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => ((n + 1) * (n + 2)) / 2)
const settleCuts = growing(6)
const cloneCuts = growing(8).map((step) => 10 + step)

/** Both stand still for minutes until they are seen to: so they do it at once. */
let silent: string
let killed: string
beforeAll(async () => {
  const run = 'if [ "$FORKCAST_ATTEMPT" = 1 ]; then exec sleep 600; fi'
  silent = await submitted({ name: 'silent', tasks: { lost: { run, hedge: 'off', resources } } })
  await runUntil(silent, ({ tasks }) => tasks[0]?.attempts[0]?.slots[0]?.state === 'running')
  await turn({ turn: 'events', to: { drop: 1 } })
  for (const { jobId = '' } of await jobsOf(silent, 'lost/1/0')) await turn({ turn: 'reclaim', jobId })
  await turn({ turn: 'events', to: { drop: 0 } })

  await comesBackAfter('Dispatch', 20)
  await functions.cut('settle', { at: settleCuts })
  await functions.cut('clone', { at: cloneCuts })
  await functions.cut('dispatch', { at: [2], path: /submitjob/ })
  killed = await submitted({
    name: 'killed',
    tasks: {
      part: {
        forEach: { n: [0, 1, 2, 3] },
        run: 'echo "$EACH_N" > "$OUTPUT_OUT"',
        clones: 2,
        resources,
        outputs: { out: { path: 'out.json' } },
      },
      end: { run: 'ls "$INPUT_PARTS"', inputs: { parts: { from: 'part.out' } }, resources },
    },
  })
})
afterAll(() => functions.letBe())

describe('the sweep heals what was left undone', { timeout: 400_000 }, () => {
  //  part[0] … part[3] ─▶ end
  it('by functions that die between any two steps of settle, and between store and submit', async () => {
    const run = await ended(killed, 380)
    expect(run.state).toBe('succeeded')
    expect(functions.requests('settle')).toBeGreaterThan(settleCuts.at(-1) ?? 0)
    expect(functions.requests('clone')).toBeGreaterThan(cloneCuts.at(-1) ?? 0)
    expect(functions.requests('dispatch')).toBeGreaterThan(2)
    const commits = (await eventsOf(killed)).filter(({ type }) => type === 'task.committed').map((event) => event.id)
    expect(commits.toSorted()).toStrictEqual(['end', 'part', 'part[0]', 'part[1]', 'part[2]', 'part[3]'])
  })

  it('by a host that was taken away while no event of a job came through', async () => {
    const seen = await ended(silent, 380)
    expect(seen.state).toBe('succeeded')
    expect(taskOf(seen, 'lost').attempts).toMatchObject([{ state: 'failed' }, { state: 'committed' }])
  })
})
