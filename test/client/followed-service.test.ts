import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { patience } from '../builders/gated-run.ts'
import { processesOf } from '../builders/processes-of.ts'
import { FaultyLine } from './faulty-line.ts'
import { Site } from './site.ts'

let site: Site
let line: FaultyLine
beforeEach(async () => {
  site = await Site.of('remote')
  line = await FaultyLine.to(() => site.address.url)
  // The same address, whichever engine is behind it.
  site.front = line.url
})
afterEach(async () => {
  await line[Symbol.asyncDispose]()
  await site[Symbol.asyncDispose]()
})

/** A workflow whose task waits for the file `gate`. */
function waiting(task: object = {}): string {
  const run = `until [ -e '${join(site.runs.folder, 'gate')}' ]; do sleep 0.02; done; echo through`
  return site.write('waiting.json', {
    apiVersion: 'forkcast/v1',
    name: 'waiting',
    code: 'none',
    tasks: { wait: { run, ...task } },
  })
}
const openGate = (): void => writeFileSync(join(site.runs.folder, 'gate'), '')

/** Starts a run and a verb that follows it, and waits until it is at work. */
async function followed() {
  const started = site.start('run', waiting())
  const run = await vi.waitFor(() => {
    const [id = ''] = /run_[0-9a-z]+/.exec(started.host.stderr.text) ?? []
    expect(id).not.toBe('')
    expect(processesOf(id)).not.toStrictEqual([])
    // The plan is read once: now it listens.
    expect(line.asked).toContain(`GET /runs/${id}/plan`)
    expect(line.asked.at(-1)).toBe(`GET /runs/${id}/events`)
    return id
  }, patience)
  return { ...started, run }
}

describe('a service that runs are given to', { timeout: 60_000 }, () => {
  it('keeps a run whose follower leaves by Ctrl-C, who is told how to come back', async () => {
    const { host, told, run } = await followed()
    host.signal('SIGINT')
    const { code, stderr } = await told
    const again = `forkcast wait ${run} --dir ${site.runs.state} --api ${line.url}`
    expect({ code, stderr }).toStrictEqual({
      code: 130,
      stderr: expect.stringContaining(`goes on at ${line.url}; follow it again with  ${again}`),
    })
    expect(await site.run('show', run)).toMatchObject({ state: 'running' })
    openGate()
    expect((await site.forkcast('wait', run)).code).toBe(0)
  })

  it('may be killed: who follows is told that the run is interrupted, and resume goes on with it', async () => {
    const { told, run } = await followed()
    await site.kill()
    await site.serve()
    const { code, stderr } = await told
    expect({ code, stderr }).toStrictEqual({
      code: 1,
      stderr: expect.stringContaining(`${run} is interrupted; go on with  forkcast resume ${run}`),
    })
    expect((await site.forkcast('logs', run, '-f')).code).toBe(1)
    openGate()
    expect((await site.forkcast('resume', run)).code).toBe(0)
    expect((await site.forkcast('logs', run)).stdout).toContain('through')
  })

  it('leaves what is in doubt to a person, and does not keep who follows', async () => {
    const { stdout } = await site.forkcast('run', '-d', waiting({ idempotent: false }))
    const run = stdout.trim()
    await vi.waitFor(() => expect(processesOf(run)).not.toStrictEqual([]), patience)
    await site.kill()
    await site.serve()
    const doubtful = await site.forkcast('resume', run)
    expect(doubtful).toMatchObject({ code: 1, stderr: expect.stringContaining('wait is in doubt') })
    openGate()
    expect((await site.forkcast('retry', run, '--force', 'wait')).code).toBe(0)
  })
})
