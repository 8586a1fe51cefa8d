import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sealOf } from '#adapters/local/sealed-text.ts'
import type { RunDocument } from '#contract/run-document.ts'
import { stateFiles } from '#local/state-files.ts'
import { GatedRuns } from '../builders/gated-run.ts'
import { checkState } from '../invariants/check-state.ts'

let runs: GatedRuns
/** Two runs of one state directory whose engine was killed, each with a workflow of its own. */
let one: RunDocument
let two: RunDocument

beforeEach(async () => {
  runs = new GatedRuns()
  const first = await runs.following('run', runs.workflow('one'))
  const second = await runs.following('run', runs.workflow('two'))
  for (const { child } of [second, first]) child.kill('SIGKILL')
  await Promise.all([first.end, second.end])
  one = await runs.show(first.run)
  two = await runs.show(second.run)
  runs.open('one')
  runs.open('two')
}, 60_000)
afterEach(() => runs[Symbol.dispose]())

/** All that the store says of a run, as text. */
function storedOf(run: string): unknown {
  using db = new DatabaseSync(stateFiles(runs.state).store)
  return [
    db.prepare('SELECT kind, id, version, value FROM rows WHERE run = ? ORDER BY kind, id').all(run),
    db.prepare('SELECT kind, id, version, event FROM events WHERE run = ? ORDER BY kind, id, version').all(run),
  ]
}

/** Makes a row say something else, as whole and sealed as it was. */
function rewriteRow(run: string, kind: string, id: string, from: string, to: string): void {
  using db = new DatabaseSync(stateFiles(runs.state).store)
  const row = db.prepare('SELECT version, value FROM rows WHERE run = ? AND kind = ? AND id = ?').get(run, kind, id)
  const value = String(row?.['value']).replace(from, to)
  expect(value).not.toBe(row?.['value'])
  const sum = sealOf(value, 'row', run, kind, id, Number(row?.['version']))
  db.prepare('UPDATE rows SET value = ?, sum = ? WHERE run = ? AND kind = ? AND id = ?').run(value, sum, run, kind, id)
}

function blob(hash: string | null): string {
  return join(stateFiles(runs.state).objects, 'blobs', String(hash))
}

function turnOneBit(file: string): void {
  const bytes = readFileSync(file)
  bytes.writeUInt8(bytes.readUInt8(20) ^ 1, 20)
  chmodSync(file, 0o644)
  writeFileSync(file, bytes)
}

describe('17: a run of which one thing is not as it was written', { timeout: 120_000 }, () => {
  it('a row that disagrees with its events is refused by name, and runs beside it go on', async () => {
    for (const [kind, id, from, to] of [
      ['task', 'before', '"committed"', '"failed"'],
      ['slot', 'held/1/0', '"fence":1', '"fence":0'],
      // A word of a later version.
      ['run', 'run', '"state":"running"', '"state":"paused"'],
    ] as const) {
      rewriteRow(one.id, kind, id, from, to)
      const before = storedOf(one.id)

      const resumed = await runs.forkcast('resume', one.id)
      expect(resumed.code).toBe(1)
      expect(resumed.stderr).toMatch(/STATE-DAMAGED {2}.*store\.sqlite is damaged/)
      expect(resumed.stderr).toContain(`of run ${one.id}, ${kind} ${id} is not what its events say`)
      expect(resumed.stderr).toMatch(/→ restore the file from a copy, or submit the workflow anew/)
      expect(storedOf(one.id)).toStrictEqual(before)
      if (kind !== 'run') rewriteRow(one.id, kind, id, to, from)
    }
    const before = storedOf(one.id)

    expect((await runs.forkcast('resume', two.id, '-q')).code).toBe(0)
    expect(storedOf(one.id)).toStrictEqual(before)
  })

  it.each([
    ['is gone', (file: string) => rmSync(file)],
    ['is not as it was written', turnOneBit],
  ])('a workflow that %s is named with the run and the fix, which mends it', async (found, damage) => {
    const file = blob(one.workflowHash)
    damage(file)

    for (const words of [['resume'], ['retry', '--force', 'held'], ['show']]) {
      const { code, stderr } = await runs.forkcast(...words, one.id)
      expect([words, code]).toStrictEqual([words, 1])
      expect(stderr).toMatch(/^✗ STATE-DAMAGED {2}object blobs\/\w+, the workflow of run \w+, is /)
      expect(stderr).toContain(one.workflowHash)
      expect(stderr).toContain(`of run ${one.id}, ${found}`)
      expect(stderr).toContain('remove it and run the same file of one again')
      expect(stderr).not.toMatch(/\n\s+at /)
    }
    const listed = await runs.forkcast('ls')
    expect(listed.code).toBe(0)
    expect(listed.stdout).toMatch(new RegExp(`${one.id} +one +\\S interrupted .* 1/\\? `))
    expect(listed.stdout).toMatch(new RegExp(`${two.id} +two +\\S interrupted .* 1/3 `))
    expect(listed.stderr).toMatch(
      new RegExp(
        `^✗ ${one.id} is damaged: object \\S+, the workflow of run ${one.id}, ${found}; see  .* show ${one.id}\n$`,
      ),
    )
    expect((await runs.forkcast('resume', two.id, '-q')).code).toBe(0)

    rmSync(file, { force: true })
    expect((await runs.forkcast('run', 'one.json', '-q')).code).toBe(0)
    expect((await runs.forkcast('resume', one.id, '-q')).code).toBe(0)
    expect(await checkState(runs.state)).toStrictEqual([])
  })

  it('a plan that is not as it was written is named likewise, and the run can be cancelled', async () => {
    turnOneBit(blob(one.planId))

    const { code, stderr } = await runs.forkcast('resume', one.id)
    expect(code).toBe(1)
    expect(stderr).toContain(`object blobs/${one.planId}, the plan of run ${one.id}, is not as it was written`)
    expect(stderr).toContain('restore it from a copy, or run one anew')
    expect((await runs.forkcast('cancel', one.id)).code).toBe(0)
    expect((await runs.forkcast('resume', two.id, '-q')).code).toBe(0)
  })
})
