import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OutputDocument } from '#contract/control-plane.ts'
import { GatedRuns } from '../builders/gated-run.ts'
import { checkState } from '../invariants/check-state.ts'

let runs: GatedRuns
beforeEach(() => {
  runs = new GatedRuns()
})
afterEach(() => runs[Symbol.dispose]())

/** Both clones leave a text, a directory, an empty one and a number; another task reads what was made of them. */
const workflow = {
  apiVersion: 'forkcast/v1',
  name: 'gathered',
  code: 'none',
  tasks: {
    each: {
      clones: 2,
      aggregate: 'all',
      run: `
        echo "by $FORKCAST_CLONE" > "$OUTPUT_NOTE"
        mkdir -p "$OUTPUT_PARTS/deep"; echo "$FORKCAST_CLONE" > "$OUTPUT_PARTS/deep/part.txt"
        mkdir -p "$OUTPUT_NONE"
        echo "$FORKCAST_CLONE" > "$OUTPUT_SCORE"`,
      outputs: {
        note: { path: 'notes/note.txt' },
        parts: { path: 'parts/' },
        none: { path: 'none/' },
        score: { path: 'score.json' },
      },
    },
    joined: {
      run: 'cat "$INPUT_NOTES"/0/note.txt "$INPUT_NOTES"/1/note.txt "$INPUT_PARTS"/1/deep/part.txt > "$OUTPUT_ALL"',
      inputs: { notes: { from: 'each.note' }, parts: { from: 'each.parts' } },
      outputs: { all: { path: 'all.txt' } },
    },
  },
  outputs: {
    notes: { from: 'each.note' },
    parts: { from: 'each.parts' },
    none: { from: 'each.none' },
    scores: { from: 'each.score' },
    joined: { from: 'joined.all' },
  },
}

describe('the outputs of a run', { timeout: 120_000 }, () => {
  it('that are made of several clones lie on this machine as they are listed, by clone', async () => {
    writeFileSync(join(runs.folder, 'gathered.json'), JSON.stringify(workflow))
    expect((await runs.forkcast('run', 'gathered.json', '-q')).code).toBe(0)

    const listed = await runs.forkcast('outputs', 'latest', '--json')
    const { outputs } = JSON.parse(listed.stdout) as { readonly outputs: Readonly<Record<string, OutputDocument>> }

    expect(Object.keys(outputs).toSorted()).toStrictEqual(['joined', 'none', 'notes', 'parts', 'scores'])
    expect(filesOf(outputs['notes'])).toStrictEqual({ '0/note.txt': 'by 0\n', '1/note.txt': 'by 1\n' })
    expect(filesOf(outputs['parts'])).toStrictEqual({ '0/deep/part.txt': '0\n', '1/deep/part.txt': '1\n' })
    expect(filesOf(outputs['none'])).toStrictEqual({})
    expect(readFileSync(outputs['scores']?.path ?? '', 'utf8')).toBe('[0\n,1\n]')
    expect(readFileSync(outputs['joined']?.path ?? '', 'utf8')).toBe('by 0\nby 1\n1\n')
    expect(outputs['notes']?.bytes).toBe(10)

    const table = await runs.forkcast('outputs', 'latest')
    const path = /^notes .* (\S+)$/m.exec(table.stdout)?.[1] ?? ''
    expect(statSync(join(runs.folder, path)).isDirectory()).toBe(true)
    expect((await runs.forkcast('outputs', 'latest', '--json')).stdout).toBe(listed.stdout)
    expect(await checkState(runs.state)).toStrictEqual([])
  })
})

/** Contents of a directory's files by relative path. */
function filesOf(output: OutputDocument | undefined): Readonly<Record<string, string>> {
  const { path = '' } = output ?? {}
  expect(statSync(path).isDirectory()).toBe(true)
  const entries = readdirSync(path, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const files = entries.map((entry) => join(entry.parentPath, entry.name)).toSorted()
  return Object.fromEntries(files.map((file) => [relative(path, file), readFileSync(file, 'utf8')]))
}
