import { execFile } from 'node:child_process'
import { utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { InvalidWorkflow, LoadedWorkflow } from '#contract/loaded-workflow.ts'
import type { Result } from '#core/result.ts'
import { folderOf } from './workflow-folder.ts'

/** Loads files in a process of their own: the test runner would import modules in its own way. */
async function loadAll(files: readonly string[]): Promise<readonly Result<LoadedWorkflow, InvalidWorkflow>[]> {
  const program = `
    import { loadWorkflow } from '#local/load-workflow.ts'
    const results = []
    for (const file of ${JSON.stringify(files)}) results.push(await loadWorkflow(file))
    console.log(JSON.stringify(results))
  `
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program])
  return JSON.parse(stdout) as readonly Result<LoadedWorkflow, InvalidWorkflow>[]
}

async function loadTexts(texts: Readonly<Record<string, string>>) {
  const folder = await folderOf(texts)
  return loadAll(Object.keys(texts).map((name) => join(folder, name)))
}

const workflow = "{ apiVersion: 'forkcast/v1', name: 'test', tasks: { a: { run: 'x', code: 'none' } } }"

describe('a module that exports a workflow', () => {
  it('may be JavaScript or TypeScript, with one export or the other', async () => {
    const results = await loadTexts({
      'default.mjs': `export default ${workflow}`,
      'named.mjs': `export const workflow = ${workflow}`,
      'typed.ts': `const flow: object = ${workflow}\nexport default flow`,
      'typed.mts': `export const workflow = ${workflow} as const`,
      'common.cjs.js': `exports.workflow = ${workflow}`,
      'whole.js': `module.exports = ${workflow}`,
    })
    expect(results.map((result) => (result.ok ? result.value.workflow.name : result.error.rendered))).toStrictEqual(
      Array(6).fill('test'),
    )
    const hashes = results.map((result) => (result.ok ? result.value.hash : ''))
    expect(new Set(hashes).size).toBe(1)
  })

  it('is loaded again when it was changed', async () => {
    const folder = await folderOf({ 'one.mjs': `export default ${workflow}` })
    const file = join(folder, 'one.mjs')
    const [first] = await loadAll([file])
    await writeFile(file, `export default ${workflow.replace('test', 'other')}`)
    await utimes(file, 1, 1)
    const [second] = await loadAll([file])
    expect([first, second].map((result) => result?.ok && result.value.workflow.name)).toStrictEqual(['test', 'other'])
  })
})

describe('a module that does not', () => {
  it('is an error with the line in the module and no stack', async () => {
    const results = await loadTexts({
      'throws.mjs': "const a = 1\nthrow new Error('no\\nsecond line')",
      'value.mjs': "throw 'a'",
      'syntax.mjs': 'const a = 1\nconst = 2',
      'typed.ts': 'const a: number = 1\nenum B { c }',
      'imports.mjs': "import './absent.mjs'",
      'nothing.mjs': 'export const other = 1',
      'function.mjs': 'export default () => 1',
      'task.mjs': `export default ${workflow.replace("'x'", '1')}`,
    })
    const errors = results.map((result) => (result.ok ? undefined : result.error))
    expect(
      errors.map((error) => error?.diagnostics.map(({ code, message, position }) => [code, message, position?.line])),
    ).toStrictEqual([
      [['WF-MODULE', 'the module fails: Error: no', 2]],
      [['WF-MODULE', 'the module throws a', undefined]],
      [['WF-MODULE', expect.stringMatching(/^the module fails: SyntaxError: /), 2]],
      [['WF-MODULE', expect.stringMatching(/^the module fails: SyntaxError: .*enum/), 2]],
      [['WF-MODULE', expect.stringMatching(/^the module fails: Error: Cannot find module/), undefined]],
      [['WF-MODULE', 'the module exports no workflow', undefined]],
      [['WF-VALUE', 'the workflow is a function, which is not data', undefined]],
      [['WF-VALUE', '`run` of task `a` cannot be `1`', undefined]],
    ])
    for (const error of errors) {
      expect(error?.exitCode).toBe(2)
      expect(error?.rendered).not.toMatch(/node:internal|^ {4}at /m)
    }
    expect(errors[2]?.rendered).toMatch(/syntax\.mjs:2:7\n {2}2 \| const = 2\n {4}\| {7}\^/)
    expect(errors[0]?.rendered).toMatch(/throws\.mjs:2:7\n {2}2 \| throw new Error/)
  })
})
