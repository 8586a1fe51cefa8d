import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { controlPlane, deployed, ended, eventsOf, jobsOf, runUntil, submitted, taskOf, turn } from './deployed.ts'

const resources = { memory: '128MiB' }

describe.concurrent('a run in an account', () => {
  it('that is cancelled ends its jobs, and starts nothing more', async () => {
    const id = await submitted({
      name: 'cancelled',
      tasks: { long: { run: 'exec sleep 300', resources }, next: { needs: ['long'], run: 'true', resources } },
    })
    await runUntil(id, (run) => run.tasks.some(({ attempts }) => attempts[0]?.slots[0]?.state === 'running'))
    expect(await controlPlane.cancel(id, 'no longer wanted')).toStrictEqual({ ok: true, value: undefined })
    const run = await ended(id)
    expect(run.state).toBe('cancelled')
    expect(taskOf(run, 'long').state).toBe('cancelled')
    expect(await jobsOf(id, 'long/1/0')).toMatchObject([{ status: 'FAILED' }])
    expect(await controlPlane.cancel(id, 'again')).toMatchObject({ ok: false, error: { code: 'RUN-ENDED' } })
  })

  it('that is retried takes over what it had committed', async () => {
    const ready = join(deployed.folder, 'ready')
    const outputs = { out: { path: 'out.txt' } }
    const id = await submitted({
      name: 'retried',
      tasks: {
        dear: { run: 'echo dear > "$OUTPUT_OUT"', resources, outputs },
        broken: { run: `test -e ${ready}`, inputs: { dear: { from: 'dear.out' } }, resources },
      },
    })
    expect((await ended(id)).state).toBe('failed')
    writeFileSync(ready, '')
    const again = await controlPlane.retry(id, { force: [] })
    if (!again.ok) throw new Error(JSON.stringify(again.error))
    const run = await ended(again.value.runId)
    expect(run).toMatchObject({ state: 'succeeded', retryOf: id })
    expect(taskOf(run, 'dear')).toMatchObject({ state: 'committed', reusedFrom: id })
    expect(taskOf(run, 'broken')).toMatchObject({ state: 'committed', reusedFrom: null })
  })

  it('whose spot host is taken away goes on elsewhere, and spends no try of the user’s', async () => {
    const id = await submitted({
      name: 'reclaimed',
      tasks: {
        fit: {
          run: 'if [ "$FORKCAST_ATTEMPT" = 1 ]; then exec sleep 300; fi',
          pool: { purchase: 'spot' },
          hedge: 'off',
          resources,
        },
      },
    })
    await runUntil(id, (run) => run.tasks[0]?.attempts[0]?.slots[0]?.state === 'running')
    for (const { jobId = '' } of await jobsOf(id, 'fit/1/0')) expect(await turn({ turn: 'reclaim', jobId })).toBe(true)
    const run = await ended(id)
    expect(run.state).toBe('succeeded')
    const attempts = taskOf(run, 'fit').attempts
    expect(attempts).toMatchObject([
      { state: 'failed', cause: 'reclaimed', remedy: 'elsewhere' },
      { state: 'committed' },
    ])
    expect(attempts[1]?.slots[0]?.pool).not.toBe(attempts[0]?.slots[0]?.pool)
  })

  it('with a budget holds work back until it can be paid, and never costs more', async () => {
    const budgetUsd = 0.0012
    const task = { run: 'sleep 2', timeout: '60s', hedge: 'off', pool: { purchase: 'on-demand' }, resources }
    const id = await submitted({ name: 'frugal', budgetUsd, tasks: { a: task, b: task, c: task } })
    const run = await ended(id)
    expect(run.state).toBe('succeeded')
    expect(run.costUsd).toBeLessThanOrEqual(budgetUsd)
    const held = (await eventsOf(id)).filter(({ type }) => type === 'slot.held').map(({ data }) => data['waitingFor'])
    expect(held).toContain('money')
  })
})
