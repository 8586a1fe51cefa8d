import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, inject, it } from 'vitest'
import type { Task } from '#core/workflow/workflow.ts'
import { processesIn } from './container.ts'
import { Deployment, type ContainerOptions, type EndedClone } from './deployment.ts'
import { canLimitMemory, memoryGroup } from './memory-group.ts'

const why = inject('lacking')
const suffix = why === undefined ? '' : ` (${why})`
const node = '/opt/forkcast/ld.so --library-path /opt/forkcast/lib /opt/forkcast/node'
/** What a program of the image finds when it asks for an output. */
const outputs = { x: { path: 'x.txt', type: 'text', optional: false } } as const

async function play(script: string, task: Partial<Task> = {}, options: ContainerOptions = {}) {
  await using deployment = new Deployment(options)
  const ended = await deployment.run({ run: { kind: 'shell', script }, outputs, ...task })
  return { ...ended, text: ended.reports.length === 0 ? undefined : deployment.output(ended, 'out/x.txt') }
}

/** Nothing but the agent lived when it reported, and no folder of its clone is left. */
function expectClean({ alive, left }: EndedClone): void {
  expect(alive).toHaveLength(1)
  expect(alive[0]).toContain('/opt/forkcast/start.mjs')
  expect(left).toStrictEqual([])
}

describe.skipIf(why !== undefined).concurrent(`a command${suffix}`, () => {
  it('that ignores TERM is killed 10 s after its limit: timed-out', async () => {
    const ended = await play(`trap '' TERM; while :; do sleep 1; done`, { timeoutS: 1 })
    expect(ended.slot.failure).toMatchObject({ cause: 'timed-out', confidence: 'certain' })
    expect(ended.reports[0]?.times.runningS).toBeGreaterThanOrEqual(1)
    expectClean(ended)
  })

  it('that forks out of its session leaves nobody who writes when its output is taken', async () => {
    const ended = await play(`
      setsid sh -c 'trap "" TERM; while :; do echo more >> "$OUTPUT_X"; sleep 0.05; done' &
      (setsid sleep 1000 & setsid sh -c '(sleep 1000 &)' &)
      while [ ! -s "$OUTPUT_X" ]; do sleep 0.05; done`)
    expect(ended.slot.state).toBe('won')
    expect(ended.text).toMatch(/^(more\n)+$/)
    expectClean(ended)
  })

  it('that floods its output is ended: its own error', async () => {
    const ended = await play('yes 0123456789012345678901234567890123456789')
    expect(ended.slot.failure).toMatchObject({ cause: 'user-error', confidence: 'certain' })
    expect(ended.slot.failure?.evidence).toBe('wrote more than 64 MiB to stdout: write data to an output')
    // What is shown is bounded too.
    expect(ended.said).toContain('forkcast: the rest of stdout is in the log that is stored')
    expectClean(ended)
  })

  it('that fills the disk fails for the disk', async () => {
    const script = 'dd if=/dev/zero of=fill bs=1M count=64'
    const ended = await play(script, {}, { scratchMiB: 16 })
    expect(ended.slot.failure).toMatchObject({ cause: 'out-of-disk' })
    expectClean(ended)
  })

  it('that fills the disk, and had its output before, leaves that', async () => {
    const script = 'echo x > "$OUTPUT_X"; dd if=/dev/zero of=fill bs=1M count=64 || true'
    const ended = await play(script, {}, { scratchMiB: 16 })
    expect(ended).toMatchObject({ slot: { state: 'won', failure: null }, text: 'x\n' })
    expectClean(ended)
  })

  it('that ends well without its outputs has failed for them', async () => {
    const ended = await play('true')
    expect(ended.slot.failure).toMatchObject({ cause: 'bad-output', evidence: expect.stringContaining('output x') })
    expectClean(ended)
  })

  it('that closes what it could be heard by is a command as any other', async () => {
    const ended = await play('exec <&- >&- 2>&-; echo quiet > "$OUTPUT_X"')
    expect(ended.slot.state).toBe('won')
    expect(ended.text).toBe('quiet\n')
    expectClean(ended)
  })

  it('that kills its parent, its parent’s group and all others does not reach the agent', async () => {
    const ended = await play('kill -9 $PPID; kill -9 -$PPID || true; kill -9 -1 || true; echo alone > "$OUTPUT_X"')
    expect(ended.slot.state).toBe('won')
    expect(ended.text).toBe('alone\n')
    expectClean(ended)
  })

  it('that tells the agent to end is ended with it, and no result is taken', async () => {
    const ended = await play('echo x > "$OUTPUT_X"; kill -TERM $PPID; sleep 1000')
    expect(ended.exitCode).toBe(143)
    expect(ended.reports.map(({ ended: { kind } }) => kind)).toStrictEqual(['stopped'])
    expect(ended.slot.failure).toMatchObject({ cause: 'unknown' })
    expectClean(ended)
  })

  it('that kills the agent ends its container, and all that is in it', async () => {
    let root = ''
    const onStarted = (_: unknown, of: string) => {
      root = of
    }
    const script = '(setsid sleep 1000 &); echo x > "$OUTPUT_X"; kill -9 $PPID; sleep 1000'
    const ended = await play(script, {}, { isUnderInit: true, onStarted })
    expect(ended).toMatchObject({ exitCode: 137, reports: [] })
    expect(ended.slot.failure).toMatchObject({ cause: 'unknown' })
    expect(processesIn(root)).toStrictEqual([])
  })

  it('that leaves processes to an init leaves none', async () => {
    const script = `(setsid sh -c 'trap "" TERM; while :; do sleep 1; done' &); (sleep 1000 &); echo x > "$OUTPUT_X"`
    const ended = await play(script, {}, { isUnderInit: true })
    expect(ended).toMatchObject({ exitCode: 0, text: 'x\n' })
    expectClean(ended)
  })

  it('that writes to the runtime, or shows what is not its own, gets nothing of it', async () => {
    let started: string | undefined
    const onStarted = (_: unknown, root: string) => {
      started = root
    }
    const script =
      'echo x > /opt/forkcast/start.mjs || true; touch /opt/forkcast/y || true; ln -s /proc/1/environ "$OUTPUT_X"'
    const ended = await play(script, {}, { onStarted })
    expect(started).toBeDefined()
    expect(ended.slot.failure).toMatchObject({ cause: 'bad-output' })
    const runtime = join(inject('agentFolder'), 'runtime')
    expect(readFileSync(join(runtime, 'start.mjs'), 'utf8')).toBe(readFileSync('lib/host/start.mjs', 'utf8') + '\n')
    expect(existsSync(join(runtime, 'y'))).toBe(false)
    expectClean(ended)
  })

  it('that removes its own folders has no output, and its agent goes on', async () => {
    const ended = await play('rm -rf "$TMPDIR/.." || true')
    expect(ended.slot.failure).toMatchObject({ cause: 'bad-output' })
    expectClean(ended)
  })
})

describe.skipIf(why !== undefined || !canLimitMemory())(`memory that ends${suffix}`, () => {
  const eat = `const kept = []; for (;;) kept.push(Buffer.alloc(8e6, 1))`

  it('ends the command and not the agent, which knows it by the kernel’s count', async () => {
    const script = `cat /proc/self/oom_score_adj; ${node} -e '${eat}' || exit 3`
    using group = memoryGroup(320)
    const ended = await play(script, {}, { cgroups: group.folders })
    expect(ended.slot.failure).toMatchObject({ cause: 'out-of-memory', confidence: 'certain', exitCode: 3 })
    expect(ended.said).toContain('"text":"1000\\n')
    expect(ended.reports[0]?.usage.basis).toBe('exact')
    expect(ended.reports[0]?.usage.cpuS).toBeGreaterThan(0)
    expect(ended.reports[0]?.usage.peakMemoryMiB).toBeGreaterThan(200)
    expect(ended.reports[0]?.usage.peakMemoryMiB).toBeLessThanOrEqual(320)
    expectClean(ended)
  })

  it('is not what a file cache takes', async () => {
    using group = memoryGroup(320)
    const ended = await play(
      'dd if=/dev/zero of=big bs=1M count=600 2>/dev/null; cat big > /dev/null; echo x > "$OUTPUT_X"',
      {},
      {
        cgroups: group.folders,
      },
    )
    expect(ended.slot).toMatchObject({ state: 'won', failure: null })
    expect(ended.reports[0]?.usage.peakMemoryMiB).toBeLessThan(200)
  })
})
