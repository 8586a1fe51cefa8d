import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CliHost } from '#cli/host.ts'
import { main } from '#cli/main.ts'
import { processHost } from '#cli/process-host.ts'
import type { RunDocument } from '#contract/run-document.ts'
import { loadWorkflow } from '#local/load-workflow.ts'
import { openControlPlane } from '#local/open-control-plane.ts'
import { checkState } from '../../invariants/check-state.ts'
import { FakeHost } from '../fakes/fake-host.ts'

const reaper = fileURLToPath(new URL('../../../src/agent/reaper.ts', import.meta.url))

const { createFiles, readText, now, onSignal } = processHost()

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forkcast-templates-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** The command line over this machine's engine and files, all streams in memory. */
async function forkcast(...words: readonly string[]): Promise<{ readonly exitCode: number; readonly stdout: string }> {
  const fake = new FakeHost()
  const host: CliHost = {
    stdout: fake.stdout,
    stderr: fake.stderr,
    env: {},
    cwd: folder,
    command: 'forkcast',
    version: fake.version,
    schema: fake.schema,
    limits: fake.limits,
    explain: () => undefined,
    every: () => () => {},
    canAsk: fake.canAsk,
    ask: (question) => fake.ask(question),
    checkAccount: () => fake.checkAccount(),
    openDeployer: (choice) => fake.openDeployer(choice),
    checkMachine: () => Promise.resolve([]),
    now,
    onSignal,
    readText,
    createFiles,
    openRemote: () => Promise.reject(new Error('no test asks for it')),
    openControlPlane: (options) =>
      openControlPlane({
        ...options,
        inherit: { PATH: process.env['PATH'] ?? '', HOME: folder },
        secrets: { environment: () => undefined, folder },
        reaper,
      }),
    openBatch: (request) => fake.openBatch(request),
    loadWorkflow,
  }
  const exitCode = await main([...words, '--dir', join(folder, '.forkcast')], host)
  return { exitCode, stdout: fake.stdout.text }
}

describe.each([
  { template: 'hello', output: 'loud', text: 'HELLO, WORLD\n' },
  { template: 'fanout', output: 'total', text: '{"squares":[1,4,9,16,25,36,49,64],"sum":204}\n' },
  {
    template: 'race',
    output: 'all',
    text: 'part 1 by clone 0\npart 2 by clone 1\npart 3 by clone 0\npart 4 by clone 0\npart 5 by clone 1\npart 6 by clone 0\n',
  },
])('the template $template', ({ template, output, text }) => {
  it('runs as it is and leaves what it promises', { timeout: 60_000 }, async () => {
    expect((await forkcast('init', folder, '--template', template)).exitCode).toBe(0)
    const file = join(folder, 'forkcast.yaml')
    expect((await forkcast('validate', file)).exitCode).toBe(0)
    const ran = await forkcast('run', file, '--json')
    expect(ran.exitCode).toBe(0)
    expect((JSON.parse(ran.stdout) as RunDocument).state).toBe('succeeded')
    const { outputs } = JSON.parse((await forkcast('outputs', 'latest', '--json')).stdout) as {
      readonly outputs: Readonly<Record<string, { readonly path: string }>>
    }
    const committed = await readFile(outputs[output]?.path ?? '', 'utf8')
    // Which clone of a healthy part is first is chance; that of a stalled one is not.
    expect(committed.replace(/part ([1346]) by clone \d/g, 'part $1 by clone 0')).toBe(text)
    expect(await checkState(join(folder, '.forkcast'))).toStrictEqual([])
  })
})

describe('init', () => {
  it('writes nothing at all where one of its files is there already', async () => {
    await forkcast('init', folder, '--template', 'race')
    await rm(join(folder, 'forkcast.yaml'))
    expect((await forkcast('init', folder, '--template', 'race')).exitCode).toBe(5)
    await expect(readFile(join(folder, 'forkcast.yaml'), 'utf8')).rejects.toThrow('ENOENT')
  })
})
