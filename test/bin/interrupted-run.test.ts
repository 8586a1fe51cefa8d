import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RunDocument } from '#contract/run-document.ts'
import { processesOf } from '../builders/processes-of.ts'
import { checkState } from '../invariants/check-state.ts'

let folder: string
let gate: string

/**
 * `before` is over at once; both clones of `held` wait until the gate is there, whatever signal but KILL they get; `after`
 * needs both.
 */
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'interrupted-'))
  gate = join(folder, 'gate')
  const held = `trap '' TERM INT; until [ -e '${gate}' ]; do sleep 0.02; done; echo held > "$OUTPUT_X"`
  const tasks = {
    before: { run: 'echo before > "$OUTPUT_X"', outputs: { x: { path: 'x.txt' } } },
    held: { run: held, needs: ['before'], clones: 2, outputs: { x: { path: 'x.txt' } }, resources: { vcpus: 0.25 } },
    after: {
      run: 'cat "$INPUT_A" "$INPUT_B" > "$OUTPUT_X"',
      inputs: { a: { from: 'before.x' }, b: { from: 'held.x' } },
      outputs: { x: { path: 'x.txt' } },
    },
  }
  const workflow = {
    apiVersion: 'forkcast/v1',
    name: 'gated',
    code: 'none',
    tasks,
    outputs: { x: { from: 'after.x' } },
  }
  writeFileSync(join(folder, 'flow.json'), JSON.stringify(workflow))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function forkcast(...words: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn(process.execPath, [resolve('bin/forkcast.ts'), ...words], { cwd: folder })
}

async function ended(
  child: ChildProcessWithoutNullStreams,
): Promise<{ code: unknown; stdout: string; stderr: string }> {
  const [stdout, stderr, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ])
  return { code, stdout, stderr }
}

interface Running {
  readonly child: ChildProcessWithoutNullStreams
  readonly run: string
  readonly end: ReturnType<typeof ended>
  /** Resolves once these words stand on its standard error. */
  readonly says: (words: string) => Promise<void>
}

/** Starts the run and waits until a clone of `held` is at work. */
async function running(): Promise<Running> {
  const child = forkcast('run', 'flow.json', '--drain', '0')
  const end = ended(child)
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const says = (words: string): Promise<void> => vi.waitFor(() => expect(said).toContain(words), patience)
  await says('held/1/0          running')
  const [run = ''] = /run_[0-9a-z]+/.exec(said) ?? []
  await vi.waitFor(() => expect(processesOf(run).length).toBeGreaterThan(0), patience)
  return { child, run, end, says }
}

const patience = { timeout: 15_000, interval: 10 }

async function show(): Promise<RunDocument> {
  return JSON.parse((await ended(forkcast('show', 'latest', '--json'))).stdout) as RunDocument
}

async function resumed(): Promise<RunDocument> {
  writeFileSync(gate, '')
  const { code, stdout } = await ended(forkcast('resume', 'latest', '--json'))
  expect(code).toBe(0)
  expect(await checkState(join(folder, '.forkcast'))).toStrictEqual([])
  return JSON.parse(stdout) as RunDocument
}

describe('a run on this machine', { timeout: 60_000 }, () => {
  it('ends with every child after Ctrl-C twice, and goes on where it was', async () => {
    const { child, run, end, says } = await running()

    child.kill('SIGINT')
    await says('draining')
    child.kill('SIGINT')
    const { code, stderr } = await end

    expect(code).toBe(130)
    expect(stderr).toContain(`forkcast resume ${run}`)
    expect(processesOf(run)).toStrictEqual([])
    expect((await show()).state).toBe('interrupted')

    const document = await resumed()
    expect(document).toMatchObject({ state: 'succeeded', counts: { committed: 3 } })
    expect(document.tasks?.find(({ id }) => id === 'before')?.attempts).toHaveLength(1)
    expect(document.tasks?.find(({ id }) => id === 'held')?.attempts.map(({ cause }) => cause)).toStrictEqual([
      'engine-lost',
      null,
    ])
  })

  it('leaves no child when its engine is killed, and goes on where it was', async () => {
    const { child, run, end } = await running()
    const followers = (['logs', 'events'] as const).map((verb) => ended(forkcast(verb, '-f', run)))
    followers.push(ended(forkcast('wait', run)))

    child.kill('SIGKILL')
    await end
    for (const { code, stderr } of await Promise.all(followers)) {
      expect(code).toBe(1)
      expect(stderr).toMatch(new RegExp(`${run} is interrupted; go on with .* resume ${run}\n`))
    }
    await vi.waitFor(() => expect(processesOf(run)).toStrictEqual([]), patience)

    expect((await show()).state).toBe('interrupted')
    expect(await resumed()).toMatchObject({ state: 'succeeded', counts: { committed: 3 } })
  })
})
