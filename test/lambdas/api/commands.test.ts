import { describe, expect, it } from 'vitest'
import { apiRig } from '../../builders/api-rig.ts'

const workflow = {
  apiVersion: 'forkcast/v1',
  name: 'commands',
  tasks: { first: { run: 'x' }, charge: { run: 'x', idempotent: false } },
}
const lost = { takesS: 5, silent: 'Host EC2 (instance i-0) terminated.' }

/** An API with one run of it at work. */
async function running(script = () => ({ takesS: 600 })) {
  const api = apiRig(script)
  const { runId } = (await api.ask('POST /workflows', { body: { workflow } })).json
  await api.clock.advance(10_000)
  return { ...api, id: runId }
}

describe('commands', () => {
  it('cancel a run, which is over then', async () => {
    const api = await running()
    expect((await api.ask(`POST /runs/${api.id}/cancel`, { body: { reason: 'enough' } })).json).toStrictEqual({
      runId: api.id,
    })
    await api.settle(api.id)
    expect((await api.ask('GET /runs/latest')).json).toMatchObject({ state: 'cancelled', error: 'enough' })
    const again = await api.ask('POST /runs/latest/cancel')
    expect(again).toMatchObject({ status: 409, json: { code: 'RUN-ENDED', hint: expect.stringContaining('retry') } })
  })

  it('resume a run that goes on already, and no run that is over', async () => {
    const api = await running(() => ({ takesS: 1 }))
    expect((await api.ask('POST /runs/latest/resume')).status).toBe(409)
    const { runId } = (await api.ask('POST /workflows', { body: { workflow } })).json
    expect((await api.ask('POST /runs/latest/resume')).json).toStrictEqual({ runId })
  })

  it('retry only a run that is over', async () => {
    const api = await running()
    expect(await api.ask('POST /runs/latest/retry')).toMatchObject({ status: 409, json: { code: 'RUN-NOT-OVER' } })
  })

  it('force a task in doubt, once under a key', async () => {
    let tries = 0
    const api = apiRig(({ task }) => (task === 'charge' && ++tries === 1 ? lost : { takesS: 1 }))
    const { runId } = (await api.ask('POST /workflows', { body: { workflow } })).json
    await api.clock.advance(60_000)
    const { tasks } = (await api.ask('GET /runs/latest/tasks?state=running')).json
    expect(tasks).toMatchObject([{ id: 'charge', waitingFor: 'person' }])
    const force = { body: { force: ['charge'] }, headers: { 'Idempotency-Key': 'once' } }
    expect((await api.ask('POST /runs/latest/retry', force)).json).toStrictEqual({ runId })
    expect((await api.ask('POST /runs/latest/retry', force)).json).toStrictEqual({ runId })
    await api.settle(runId)
    expect((await api.ask('POST /runs/latest/retry', force)).json).toStrictEqual({ runId })
    expect(tries).toBe(2)
    expect((await api.ask('GET /runs/latest')).json.state).toBe('succeeded')
  })

  it.each([
    ['cancel', { reason: 7 }],
    ['cancel', { why: 'x' }],
    ['resume', { now: true }],
    ['retry', { force: 'A' }],
    ['retry', { force: ['../x'] }],
  ])('%s refuses %j', async (command, body) => {
    expect((await (await running()).ask(`POST /runs/latest/${command}`, { body })).status).toBe(400)
  })

  it('of no run are none', async () => {
    const api = apiRig(() => ({ takesS: 1 }))
    for (const command of ['cancel', 'resume', 'retry']) {
      expect((await api.ask(`POST /runs/latest/${command}`)).status).toBe(404)
    }
  })
})

it('a fault is a problem that names it, and is no refusal', async () => {
  const full = Object.assign(new Error('write'), { code: 'ENOSPC', path: '/state/store' })
  const api = apiRig(() => ({ takesS: 1 }), {
    ports: {
      capacity: async () => {
        throw full
      },
    },
  })
  await expect(api.ask('GET /pools')).rejects.toThrow('DISK-FULL')
})
