import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { EngineNote } from '#adapters/local/engine-lock.ts'
import type { RunDocument } from '#contract/run-document.ts'
import { GatedRuns, patience } from '../builders/gated-run.ts'

let runs: GatedRuns
beforeEach(() => {
  runs = new GatedRuns()
})
afterEach(() => runs[Symbol.dispose]())

const hello = {
  apiVersion: 'forkcast/v1',
  name: 'hello',
  tasks: { hello: { run: 'echo hello | tee "$OUTPUT_SAID"', outputs: { said: { path: 'said.txt', type: 'text' } } } },
  outputs: { said: { from: 'hello.said' } },
}

/** Starts `forkcast dev`, and gives what its note says once it takes requests. */
async function served(...words: readonly string[]) {
  const child = runs.start(['dev', '--port', '0', ...words])
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  let stderr = ''
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const address = await vi.waitFor(() => {
    const note = JSON.parse(readFileSync(join(runs.state, 'engine.json'), 'utf8')) as EngineNote
    expect(note).toMatchObject({ pid: child.pid, api: 1, address: { url: expect.any(String) } })
    return note.address as NonNullable<EngineNote['address']>
  }, patience)
  const ask = (path: string, init: Omit<RequestInit, 'headers'> & { readonly headers?: Record<string, string> } = {}) =>
    fetch(`${address.url}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${address.token}`, 'content-type': 'application/json', ...init.headers },
    })
  const post = async (path: string, body: unknown, headers: Readonly<Record<string, string>> = {}) => {
    const answer = await ask(path, { method: 'POST', body: JSON.stringify(body), headers })
    return (await answer.json()) as { readonly runId: string }
  }
  return { child, ended, ask, post, address, said: () => stderr }
}

describe('forkcast dev', { timeout: 60_000 }, () => {
  it('serves a run from its submission to its output, and ends on SIGINT', async () => {
    const dev = await served()
    await vi.waitFor(() => expect(dev.said()).toContain(dev.address.url), patience)
    const { runId } = await dev.post('/workflows', { workflow: hello })
    let events = ''
    for (;;) {
      const last = /^id: (.+)$/m.exec(events.slice(events.lastIndexOf('\nid: ') + 1))?.[1]
      const headers = { accept: 'text/event-stream', ...(last === undefined ? {} : { 'last-event-id': last }) }
      const piece = await dev.ask(`/runs/${runId}/events`, { headers })
      if (piece.status === 204) break
      events += await piece.text()
    }
    expect(events).toContain('event: run.finished')
    expect(await (await dev.ask('/runs/latest/outputs/said')).text()).toBe('hello\n')
    expect(await (await dev.ask('/runs/latest/logs?task=hello&stream=stdout')).json()).toMatchObject({
      logs: [{ text: 'hello\n' }],
    })
    dev.child.kill('SIGINT')
    expect(await dev.ended).toBe(130)
  })

  it('keeps its promises over a kill: the same key is the same run, which goes on', async () => {
    const first = await served()
    const body = {
      workflow: { ...hello, tasks: { hello: { ...hello.tasks.hello, run: 'sleep 1; echo hello > "$OUTPUT_SAID"' } } },
    }
    const key = { 'idempotency-key': 'k1' }
    const { runId } = await first.post('/workflows', body, key)
    first.child.kill('SIGKILL')
    await first.ended
    const second = await served()
    expect(await second.post('/workflows', body, key)).toStrictEqual({ runId })
    await vi.waitFor(async () => {
      const run = (await (await second.ask(`/runs/${runId}`)).json()) as RunDocument
      expect(run.state).toBe('succeeded')
    }, patience)
    second.child.kill('SIGTERM')
    expect(await second.ended).toBe(143)
  })

  it('stays while nothing runs, takes the runs of other processes, and is one', async () => {
    const dev = await served()
    const run = await runs.forkcast('run', runs.workflow('one'), '--detach')
    runs.open('one')
    expect(run.code).toBe(0)
    const another = await runs.forkcast('dev', '--port', '0')
    expect({ code: another.code, stderr: another.stderr }).toStrictEqual({
      code: 5,
      stderr: expect.stringContaining(dev.address.url),
    })
    expect(dev.child.exitCode).toBeNull()
  })

  it('says when its port is taken', async () => {
    const dev = await served()
    const { port } = new URL(dev.address.url)
    const another = await runs.forkcast('dev', '--port', port, '--dir', join(runs.folder, 'other'))
    expect(another.code).toBe(5)
    expect(another.stderr).toContain('PORT-TAKEN')
  })
})
