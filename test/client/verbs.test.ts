import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { RunDocument } from '#contract/run-document.ts'
import { patience } from '../builders/gated-run.ts'
import { processesOf } from '../builders/processes-of.ts'
import { Site } from './site.ts'

/** Code, a file, a parameter, a list, a folder, a race, and a validator: most of what a workflow may have. */
const parts = {
  apiVersion: 'forkcast/v1',
  name: 'parts',
  code: 'code',
  params: { factor: { type: 'integer', default: 2 } },
  tasks: {
    list: {
      run: 'sh list.sh "$INPUT_NUMBERS" > "$OUTPUT_NUMBERS"; echo listed; echo warned >&2',
      inputs: { numbers: { file: 'numbers.txt' } },
      outputs: { numbers: { path: 'numbers.json' } },
      clones: 2,
    },
    scale: {
      forEach: { number: { from: 'list.numbers' } },
      run: 'echo "$((EACH_NUMBER * PARAM_FACTOR))" > "$OUTPUT_SCALED"; echo "scaled $EACH_NUMBER"',
      outputs: { scaled: { path: 'scaled.json' } },
    },
    folder: {
      run: 'mkdir -p "$OUTPUT_ALL/deep"; cat "$INPUT_PARTS"/items.json > "$OUTPUT_ALL/items.json"; echo x > "$OUTPUT_ALL/deep/a b.txt"',
      inputs: { parts: { from: 'scale.scaled' } },
      outputs: { all: { path: 'all/' } },
    },
  },
  outputs: { numbers: { from: 'list.numbers' }, scaled: { from: 'scale.scaled' }, all: { from: 'folder.all' } },
}

/** Fails until a file is there. */
const fragile = (flag: string) => ({
  apiVersion: 'forkcast/v1',
  name: 'fragile',
  code: 'none',
  tasks: {
    first: { run: 'echo 1 > "$OUTPUT_ONE"', outputs: { one: { path: 'one.json' } } },
    second: {
      run: `echo looked >&2; test -e '${flag}'; cat "$INPUT_ONE" > "$OUTPUT_TWO"`,
      inputs: { one: { from: 'first.one' } },
      outputs: { two: { path: 'two.json' } },
    },
  },
  outputs: { two: { from: 'second.two' } },
})

describe.each(['local', 'remote'] as const)('over a %s control plane', { timeout: 60_000 }, (kind) => {
  let site: Site
  let file: string
  let done: RunDocument
  beforeAll(async () => {
    site = await Site.of(kind)
    site.write('code/list.sh', 'tr "\\n" , < "$1" | sed "s/^/[/; s/,$/]/"\n')
    site.write('numbers.txt', '3\n5\n')
    file = site.write('parts.json', parts)
    done = await site.run('run', file, '-p', 'factor=10')
  }, 60_000)
  afterAll(() => site[Symbol.asyncDispose]())

  it('run follows a run to its end, and show tells the same of it', async () => {
    expect(done).toMatchObject({ state: 'succeeded', params: { factor: 10 }, counts: { committed: 4 } })
    expect(await site.run('show', done.id)).toStrictEqual(done)
    const { code, stdout, stderr } = await site.forkcast('run', file)
    expect(code).toBe(0)
    expect(stderr).toMatch(/scale\[1\] +committed/)
    expect(stdout).toMatch(/✓ parts succeeded.*\n(.*\n)*.*outputs +all/)
  })

  it('outputs gives a path whose content is right, of files, folders and lists', async () => {
    expect(await site.output(done.id, 'numbers')).toBe('[3,5]')
    expect(await site.output(done.id, 'scaled[1]')).toBe('50\n')
    const folder = (await site.forkcast('outputs', done.id, 'all')).stdout.trimEnd()
    expect(readFileSync(join(folder, 'deep/a b.txt'), 'utf8')).toBe('x\n')
    const to = join(site.runs.folder, 'results')
    const copied = await site.forkcast('outputs', done.id, '--to', to, '--json')
    expect(JSON.parse(copied.stdout)).toMatchObject({ outputs: { all: { path: join(to, 'all') } } })
    expect(statSync(join(to, 'all/deep')).isDirectory()).toBe(true)
    expect(readFileSync(join(to, 'scaled[0]'), 'utf8')).toBe('30\n')
    expect((await site.forkcast('outputs', done.id, 'al')).stderr).toContain('did you mean all?')
  })

  it('logs and events tell what was written, from the start or while it is', async () => {
    const logs = await site.forkcast('logs', done.id, 'scale')
    expect(logs.stdout).toBe('scale[0]/1/0 | scaled 3\nscale[1]/1/0 | scaled 5\n')
    expect((await site.forkcast('logs', done.id, 'nothere')).code).toBe(3)
    const events = await site.forkcast('events', done.id, '--json')
    const followed = await site.forkcast('events', done.id, '-f', '--json=stream')
    expect(
      followed.stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toStrictEqual((JSON.parse(events.stdout) as { readonly events: unknown }).events)
    const all = await site.forkcast('logs', done.id, '-f')
    expect(all.stdout.split('\n').toSorted()).toStrictEqual(
      (await site.forkcast('logs', done.id)).stdout.split('\n').toSorted(),
    )
  })

  it('ls, show, cost, graph, pools and plan answer', async () => {
    for (const words of [['ls', '--limit', '1'], ['show', done.id, 'scale'], ['cost'], ['graph', done.id], ['pools']]) {
      const { code, stdout, stderr } = await site.forkcast(...words)
      expect({ words, code, stdout: stdout.length > 40, bad: stderr.includes('✗') }).toStrictEqual({
        words,
        code: 0,
        stdout: true,
        bad: false,
      })
    }
    const plan = await site.forkcast('plan', file, '--json')
    expect(JSON.parse(plan.stdout)).toMatchObject({ tasks: { list: { instances: 1 }, scale: { instances: null } } })
  })

  it('plan needs no upload, and a document may be long', async () => {
    site.write('fresh/code/list.sh', 'echo "[1]"')
    site.write('fresh/numbers.txt', '7')
    const tasks = {
      ...parts.tasks,
      long: { run: 'true', inputs: { long: { value: Array.from({ length: 100_000 }, () => 'word') } } },
    }
    const fresh = site.write('fresh/parts.json', { ...parts, tasks })
    expect(await site.forkcast('plan', fresh, '--json')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('"long"'),
    })
    expect(await site.run('run', fresh)).toMatchObject({ state: 'succeeded' })
  })

  it('a run that fails is one of exit code 1, and retry takes over what succeeded', async () => {
    const flag = join(site.runs.folder, 'flag')
    const failing = site.write('fragile.json', fragile(flag))
    const failed = await site.forkcast('run', failing)
    expect(failed.code).toBe(1)
    expect(failed.stderr).toContain('looked')
    site.write('flag', '')
    const before = await site.run('show', 'latest')
    const after = await site.run('retry', before.id)
    expect(after).toMatchObject({ state: 'succeeded', retryOf: before.id })
    expect(after.tasks?.map(({ id, reusedFrom }) => [id, reusedFrom])).toStrictEqual([
      ['first', before.id],
      ['second', null],
    ])
    expect(await site.forkcast('resume', after.id)).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('RUN-ENDED'),
    })
    expect(await site.forkcast('cancel', after.id)).toMatchObject({ code: 5 })
    const again = await site.forkcast('retry', after.id, '--force', 'first', '-d')
    expect(again.code).toBe(0)
    expect((await site.forkcast('wait', again.stdout.trim(), '-q')).code).toBe(0)
  })

  it('run -d leaves a run to the service; wait, logs -f and cancel find it', async () => {
    const started = await site.forkcast('run', '-d', site.sleeping())
    expect(started.code).toBe(0)
    const run = started.stdout.trim()
    const waiting = await site.forkcast('wait', run, '--timeout', '0.2')
    expect(waiting).toMatchObject({ code: 124, stderr: expect.stringContaining(`wait on with  forkcast wait ${run}`) })
    const { told } = site.start('wait', run)
    await vi.waitFor(() => expect(processesOf(run)).not.toStrictEqual([]), patience)
    const logs = site.forkcast('logs', run, '-f')
    expect((await site.forkcast('cancel', run, '--reason', 'enough')).code).toBe(0)
    expect((await told).code).toBe(7)
    expect((await logs).code).toBe(0)
    expect((await site.run('show', run)).state).toBe('cancelled')
  })

  it('what is wrong is told with the same code and exit code', async () => {
    const wrong: readonly (readonly [code: number, says: string, ...words: readonly string[]])[] = [
      [3, 'RUN-NOT-FOUND', 'show', 'run_nothere'],
      [3, 'RUN-NOT-FOUND', 'show', 'run_00000000'],
      [3, 'RUN-NOT-FOUND', 'wait', 'no/../run'],
      [3, 'RUN-NOT-FOUND', 'cancel', 'run_00000000'],
      [3, 'TASK-NOT-FOUND', 'show', done.id, 'nothere'],
      [3, 'OUTPUT-NOT-FOUND', 'outputs', done.id, 'nothere'],
      [5, 'NOTHING-TO-RETRY', 'retry', done.id],
      [2, 'WF-', 'run', site.write('bad.json', { ...parts, tasks: {} })],
    ]
    for (const [code, says, ...words] of wrong) {
      const told = await site.forkcast(...words)
      expect({ words, code: told.code, says: told.stderr }).toStrictEqual({
        words,
        code,
        says: expect.stringContaining(says),
      })
    }
  })
})
