import { once } from 'node:events'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { GatedRuns, patience } from '../builders/gated-run.ts'
import { taskIn } from '../builders/rig.ts'
import { checkState } from '../invariants/check-state.ts'

let runs: GatedRuns
beforeEach(() => {
  runs = new GatedRuns()
})
afterEach(() => runs[Symbol.dispose]())

/** Writes a workflow whose commands count themselves: `charge` is not to be repeated, and its first try never ends. */
function till(): string {
  const tasks = {
    before: { run: `${counts('before')}; echo paid > "$OUTPUT_X"`, outputs: { x: { path: 'x.txt' } } },
    charge: {
      run: `${counts('charge')}; [ "$FORKCAST_ATTEMPT" -gt 1 ] || sleep 300; cat "$INPUT_X" > "$OUTPUT_Y"`,
      idempotent: false,
      inputs: { x: { from: 'before.x' } },
      outputs: { y: { path: 'y.txt' } },
    },
    after: { run: counts('after'), inputs: { y: { from: 'charge.y' } } },
  }
  return written({ name: 'till', tasks })
}

function counts(task: string): string {
  return `echo >> '${join(runs.folder, `${task}.count`)}'`
}

/** How often the command of the task was started. */
function started(task: string): number {
  const file = join(runs.folder, `${task}.count`)
  return existsSync(file) ? readFileSync(file, 'utf8').length : 0
}

function written(workflow: { readonly name: string; readonly tasks: object }): string {
  const file = join(runs.folder, `${workflow.name}.json`)
  writeFileSync(file, JSON.stringify({ apiVersion: 'forkcast/v1', code: 'none', ...workflow }))
  return file
}

/** A run whose engine is killed while `charge` is at work. */
async function killedInCharge(): Promise<void> {
  const engine = runs.start(['run', till(), '-q'])
  const ended = once(engine, 'exit')
  await vi.waitFor(() => expect(started('charge')).toBe(1), patience)
  engine.kill('SIGKILL')
  await ended
}

describe('a task that is not idempotent and whose engine was killed', { timeout: 120_000 }, () => {
  it('is in doubt: it is shown in words, and not run again before a person says so, and then once', async () => {
    await killedInCharge()

    const resumed = await runs.forkcast('resume', 'latest')
    expect(resumed.code).toBe(1)
    expect(resumed.stderr).toMatch(/charge is in doubt: .*forkcast retry run_\w+ --force charge/)
    const shown = await runs.forkcast('show', 'latest')
    expect(shown.stdout).toMatch(/charge .* in doubt: waiting for a person/)
    expect(shown.stderr).toContain('charge may have done its work and is not to be run twice unasked')
    const details = await runs.forkcast('show', 'latest', 'charge')
    expect(details.stdout).toContain('it had started and is not idempotent: it may have done its work')
    expect((await runs.forkcast('resume', 'latest')).code).toBe(1)
    expect(await runs.forkcast('retry', 'latest')).toMatchObject({ code: 5 })
    expect(started('charge')).toBe(1)

    expect((await runs.forkcast('retry', 'latest', '--force', 'charge')).code).toBe(0)
    expect(['before', 'charge', 'after'].map(started)).toStrictEqual([1, 2, 1])
    const run = await runs.show('latest')
    expect(taskIn(run, 'charge').attempts).toMatchObject([
      { state: 'in-doubt', cause: 'engine-lost', remedy: 'wait-for-person' },
      { state: 'committed' },
    ])
    expect(await checkState(runs.state)).toStrictEqual([])
  })

  it('ends with its run when that is cancelled', async () => {
    await killedInCharge()

    expect((await runs.forkcast('cancel', 'latest')).code).toBe(0)
    expect((await runs.show('latest')).state).toBe('cancelled')
    expect(await runs.forkcast('resume', 'latest')).toMatchObject({ code: 5 })
    expect(started('charge')).toBe(1)
    expect(await checkState(runs.state)).toStrictEqual([])
  })
})

describe('the retry of a run that failed', { timeout: 120_000 }, () => {
  it('takes over what was committed, and runs only what was not', async () => {
    const gate = join(runs.folder, 'mended')
    const tasks = {
      list: { run: `${counts('list')}; echo '[1, 2]' > "$OUTPUT_N"`, outputs: { n: { path: 'n.json' } } },
      each: {
        forEach: { n: { from: 'list.n' } },
        run: `${counts('each')}; [ "$EACH_N" = 1 ] || [ -e '${gate}' ]; echo "$EACH_N" > "$OUTPUT_X"`,
        outputs: { x: { path: 'x.json' } },
      },
      total: {
        run: `${counts('total')}; cp "$INPUT_XS/items.json" "$OUTPUT_ALL"`,
        inputs: { xs: { from: 'each.x' } },
        outputs: { all: { path: 'all.json' } },
      },
    }
    expect((await runs.forkcast('run', written({ name: 'mended', tasks }), '-q')).code).toBe(1)
    const failed = await runs.show('latest')
    writeFileSync(gate, '')

    expect((await runs.forkcast('retry', 'latest', '-q')).code).toBe(0)

    expect(['list', 'each', 'total'].map(started)).toStrictEqual([1, 3, 1])
    const again = await runs.show('latest')
    expect(again).toMatchObject({ state: 'succeeded', retryOf: failed.id })
    expect(['list', 'each[0]', 'each[1]'].map((id) => taskIn(again, id).reusedFrom)).toStrictEqual([
      failed.id,
      failed.id,
      null,
    ])
    expect(await checkState(runs.state)).toStrictEqual([])

    expect((await runs.forkcast('retry', failed.id, '--force', 'list', '-q')).code).toBe(0)
    expect(['list', 'each', 'total'].map(started)).toStrictEqual([2, 5, 2])
  })
})
