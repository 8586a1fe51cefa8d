import { truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, it } from 'vitest'
import type { InvalidWorkflow, LoadedWorkflow } from '#contract/loaded-workflow.ts'
import { canonicalHash, sha256 } from '#core/hash.ts'
import { LIMITS } from '#core/workflow/limits.ts'
import { loadWorkflow } from '#local/load-workflow.ts'
import { folderOf, type TestFile } from './workflow-folder.ts'

const YAML = `apiVersion: forkcast/v1
name: test
tasks:
  a:
    run: node main.mjs
    inputs: { rules: { file: data/rules.json }, more: { file: missing.json, optional: true } }
`

/** Loads the first file of a folder. */
async function load(files: Readonly<Record<string, TestFile>>, name = Object.keys(files)[0] ?? '') {
  return loadWorkflow(join(await folderOf(files), name), Readable.from([]))
}

async function loaded(files: Readonly<Record<string, TestFile>>): Promise<LoadedWorkflow> {
  const result = await load(files)
  if (!result.ok) throw new Error(result.error.rendered)
  return result.value
}

async function invalid(files: Readonly<Record<string, TestFile>>): Promise<InvalidWorkflow> {
  const result = await load(files)
  if (result.ok) throw new Error('the workflow is valid')
  return result.error
}

/** The errors as `CODE message`, with the exit code first. */
async function errorsOf(files: Readonly<Record<string, TestFile>>): Promise<readonly (string | number)[]> {
  const { diagnostics, exitCode } = await invalid(files)
  return [exitCode, ...diagnostics.map(({ code, message }) => `${code} ${message}`)]
}

describe('a workflow file', () => {
  it('comes with its code and files by the hash of their content', async () => {
    const { workflow, hash, uploads } = await loaded({
      'flow.yaml': YAML,
      'main.mjs': 'main',
      'data/rules.json': '{}',
    })
    const [task] = workflow.tasks
    const manifest = uploads.find(({ from }) => 'bytes' in from)
    expect(hash).toBe(canonicalHash(workflow))
    expect(task?.code).toStrictEqual({ kind: 'blob', sha256: manifest?.sha256 })
    expect(task?.inputs).toStrictEqual({
      rules: { kind: 'file', path: 'data/rules.json', sha256: sha256('{}'), bytes: 2, optional: false },
    })
    const hashes = ['main', '{}', YAML].map((text) => sha256(text))
    expect(uploads.map((upload) => upload.sha256).toSorted()).toStrictEqual(
      [...hashes, String(manifest?.sha256)].toSorted(),
    )
  })

  it('has the same hash wherever it is', async () => {
    const files = { 'flow.yaml': YAML, 'data/rules.json': '{}' }
    expect((await loaded(files)).hash).toBe((await loaded(files)).hash)
    expect((await loaded({ ...files, 'other.txt': '' })).hash).not.toBe((await loaded(files)).hash)
  })

  it('packs a folder of a task, and none where none is named', async () => {
    const text = `{apiVersion: forkcast/v1, name: a, tasks: {a: {run: x, code: src}, b: {run: x, code: none}}}`
    const { workflow, uploads } = await loaded({ 'flow.yaml': text, 'src/main.mjs': 'main', 'README.md': 'not packed' })
    expect(workflow.tasks.map(({ code }) => code.kind)).toStrictEqual(['blob', 'none'])
    expect(workflow.code).toStrictEqual({ kind: 'none' })
    expect(uploads).toHaveLength(2)
  })

  it.each([
    ['flow.yml', YAML],
    ['flow.json', '{"apiVersion":"forkcast/v1","name":"test","tasks":{"a":{"run":"x"}}}'],
    ['flow', ' {"apiVersion":"forkcast/v1","name":"test","tasks":{"a":{"run":"x"}}}'],
  ])('may be %s', async (name, text) => {
    expect((await loaded({ [name]: text, 'data/rules.json': '' })).workflow.name).toBe('test')
  })

  it.each([
    ['JSON', '\n {"apiVersion": "forkcast/v1", "name": "test", "tasks": {"a": {"run": "x", "code": "none"}}}'],
    ['YAML', 'apiVersion: forkcast/v1\nname: test\ntasks: { a: { run: x, code: none } }'],
  ])('may be standard input, as %s', async (_, text) => {
    const result = await loadWorkflow('-', Readable.from([Buffer.from(text.slice(0, 20)), Buffer.from(text.slice(20))]))
    expect(result.ok && result.value.workflow.name).toBe('test')
  })
})

describe('a file that cannot be read', () => {
  it('is told from one that is not there', async () => {
    const missing = await loadWorkflow('/nowhere/flow.yaml', Readable.from([]))
    expect(missing).toMatchObject({ ok: false, error: { exitCode: 3, diagnostics: [{ code: 'WF-READ' }] } })
    const folder = await loadWorkflow(await folderOf({}), Readable.from([]))
    expect(folder).toMatchObject({ ok: false, error: { exitCode: 2, diagnostics: [{ message: 'this is a folder' }] } })
  })

  it('may be too long: 100 MB are not opened', async () => {
    const folder = await folderOf({ 'flow.json': '', 'flow.yaml': '' })
    for (const [name, limit] of [
      ['flow.json', LIMITS.jsonBytes.value],
      ['flow.yaml', LIMITS.yamlBytes.value],
    ] as const) {
      await truncate(join(folder, name), 100_000_000)
      const result = await loadWorkflow(join(folder, name), Readable.from([]))
      const message = result.ok ? '' : result.error.diagnostics[0]?.message.replaceAll(',', '')
      expect(message).toMatch(`found 100000000 the limit is ${limit} bytes`)
    }
  })

  it('may never end', async () => {
    const chunk = Buffer.alloc(1024 ** 2, ' ')
    let read = 0
    const endless = new Readable({
      read() {
        read++
        this.push(chunk)
      },
    })
    const result = await loadWorkflow('-', endless)
    expect(result).toMatchObject({ ok: false, error: { diagnostics: [{ code: 'WF-LIMIT' }] } })
    expect(read).toBeLessThan(100)
  })

  it.each([
    ['UTF-16', Buffer.from('\ufeffname: a', 'utf16le')],
    ['Latin-1', Buffer.from('name: é', 'latin1')],
    ['binary', Buffer.from([1, 2, 0])],
  ])('may be %s', async (_, bytes) => {
    expect((await invalid({ 'flow.yaml': bytes })).diagnostics[0]?.code).toBe('WF-ENCODING')
  })
})

describe('files and folders that a workflow names', () => {
  const withFile = (file: string, more = '') =>
    `{apiVersion: forkcast/v1, name: a, code: none, tasks: {a: {run: x, inputs: {i: {file: ${file}${more}}}}}}`

  it('must be there', async () => {
    const { diagnostics } = await invalid({ 'flow.yaml': withFile('data/rules.jsn'), 'data/rules.json': '' })
    expect(diagnostics).toMatchObject([
      {
        code: 'WF-FILE',
        message: 'there is no file `data/rules.jsn`',
        path: '/tasks/a/inputs/i/file',
        position: { line: 1, column: 87 },
        fix: 'did you mean `data/rules.json`?',
      },
    ])
    expect(await errorsOf({ 'flow.yaml': withFile('no/where') })).toStrictEqual([
      2,
      'WF-FILE there is no file `no/where`',
    ])
    expect(await errorsOf({ 'flow.yaml': withFile('a/b'), a: '' })).toStrictEqual([2, 'WF-FILE there is no file `a/b`'])
  })

  it('are regular files in the folder, links followed', async () => {
    expect(await errorsOf({ 'flow.yaml': withFile('data'), 'data/x': '' })).toStrictEqual([
      2,
      'WF-FILE `data` is a folder',
    ])
    expect(await errorsOf({ 'flow.yaml': withFile('out'), out: { link: '/etc/hostname' } })).toStrictEqual([
      2,
      'WF-FILE `out` is a link out of the folder of the workflow',
    ])
    const { uploads } = await loaded({ 'flow.yaml': withFile('in'), in: { link: 'data/x' }, 'data/x': 'content' })
    expect(uploads).toMatchObject([{ sha256: sha256('content'), from: { file: expect.stringMatching(/data\/x$/) } }])
  })

  it('are wrong at every place that names them, even where they are optional', async () => {
    const text = `
apiVersion: forkcast/v1
name: a
code: none
tasks:
  a: { run: x, inputs: { i: { file: data }, j: { file: none } } }
  b: { run: x, inputs: { i: { file: data, optional: true }, j: { file: none, optional: true } } }
`
    expect(await errorsOf({ 'flow.yaml': text, 'data/x': '' })).toStrictEqual([
      2,
      'WF-FILE `data` is a folder',
      'WF-FILE there is no file `none`',
      'WF-FILE `data` is a folder',
    ])
  })

  it('of code are folders in the folder', async () => {
    const text = (code: string) => `{apiVersion: forkcast/v1, name: a, tasks: {a: {run: x, code: ${code}}}}`
    expect(await errorsOf({ 'flow.yaml': text('src') })).toStrictEqual([2, 'WF-FILE there is no folder `src`'])
    expect(await errorsOf({ 'flow.yaml': text('src'), src: '' })).toStrictEqual([2, 'WF-FILE there is no folder `src`'])
    expect(await errorsOf({ 'flow.yaml': text('src'), src: { link: '/' } })).toStrictEqual([
      2,
      'WF-FILE `src` is a link out of the folder of the workflow',
    ])
    expect(await errorsOf({ 'flow.yaml': YAML, 'data/rules.json': '', out: { link: '/' } })).toStrictEqual([
      2,
      'WF-FILE `out` is a link out of the code folder',
    ])
  })
})
