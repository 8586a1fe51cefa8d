import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { removalsDone } from '#agent/removals.ts'
import { makeWorkspace, removeWorkspace, writeContext, type Workspace } from '#agent/workspace.ts'
import { runId } from '../builders/emulation.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forkcast-workspace-'))
})
afterEach(async () => {
  await removalsDone()
  rmSync(folder, { recursive: true })
})

function make(task: string): Promise<Workspace> {
  return makeWorkspace(folder, { run: runId(), task, attempt: 1, clone: 0 }, 1)
}

/** The folder of a clone that has run, and the next one's. */
async function twoClones(meanwhile: (workspace: Workspace) => void) {
  const first = await make('A')
  const { ino } = statSync(first.root)
  writeContext(first, { words: 'many words' })
  meanwhile(first)
  removeWorkspace(first)
  const second = await make('B[3]')
  writeContext(second, {})
  return { second, isSame: statSync(second.root).ino === ino }
}

describe('the folder of a clone', () => {
  test('that was left as it was is given to the next one, under its own name', async () => {
    const { second, isSame } = await twoClones(() => undefined)

    expect(isSame).toBe(true)
    expect(readdirSync(folder)).toStrictEqual([`${runId()}.B.3.1.0.1`])
    expect(readdirSync(second.root).toSorted()).toStrictEqual(['code', 'context.json', 'tmp'])
    expect(readFileSync(second.context, 'utf8')).toBe('{}\n')
  })

  test.each<readonly [string, (workspace: Workspace) => void]>([
    ['a file among the code', ({ code }) => writeFileSync(join(code, 'x'), '')],
    ['a temporary file', ({ temporary }) => writeFileSync(join(temporary, 'x'), '')],
    ['outputs', ({ outputs }) => mkdirSync(outputs)],
    ['a folder that is closed', ({ code }) => chmodSync(code, 0o500)],
    ['a folder that is open to others', ({ root }) => chmodSync(root, 0o755)],
    ['a context with another name', ({ context }) => linkSync(context, join(folder, 'kept'))],
    ['a context that cannot be written', ({ context }) => chmodSync(context, 0o400)],
    [
      'a link in the place of a folder',
      ({ code, temporary }) => {
        rmdirSync(code)
        symlinkSync(temporary, code)
      },
    ],
    [
      'a link in the place of the context',
      ({ context }) => {
        unlinkSync(context)
        symlinkSync('/dev/null', context)
      },
    ],
  ])('with %s is not', async (_what, meanwhile) => {
    const { second, isSame } = await twoClones(meanwhile)

    expect(isSame).toBe(false)
    expect(readdirSync(second.code)).toStrictEqual([])
    expect(statSync(second.root).mode & 0o777).toBe(0o700)
    expect(readFileSync(second.context, 'utf8')).toBe('{}\n')
  })

  test('is made anew where something lies under its name', async () => {
    removeWorkspace(await make('A'))
    mkdirSync(join(folder, `${runId()}.B.1.0.1`, 'left'), { recursive: true })

    const { root } = await make('B')

    expect(readdirSync(root).toSorted()).toStrictEqual(['code', 'tmp'])
  })
})
