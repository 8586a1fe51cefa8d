import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { chmod, truncate, utimes, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { CodeManifest } from '#contract/code-manifest.ts'
import { sha256 } from '#core/hash.ts'
import { LIMITS } from '#core/workflow/limits.ts'
import { packCode } from '#local/pack-code.ts'
import { folderOf, type TestFile } from './workflow-folder.ts'

async function packed(files: Readonly<Record<string, TestFile>>) {
  const code = await packCode(await folderOf(files))
  if (!code.ok) throw new Error(code.error.map(({ message }) => message).join('; '))
  return { ...code.value, content: JSON.parse(new TextDecoder().decode(code.value.manifest)) as CodeManifest }
}

async function pathsIn(files: Readonly<Record<string, TestFile>>): Promise<readonly string[]> {
  return (await packed(files)).files.map(({ path }) => path)
}

async function problemsIn(files: Readonly<Record<string, TestFile>>): Promise<readonly string[]> {
  const code = await packCode(await folderOf(files))
  return code.ok ? [] : code.error.map(({ message, fix }) => `${message} → ${fix}`)
}

describe('a packed folder', () => {
  it('is a sorted manifest of files and links, under its own hash', async () => {
    const code = await packed({
      'run.sh': { script: '#!/bin/sh\n' },
      'lib/b.txt': 'two',
      'lib/a.txt': 'one',
      latest: { link: 'lib/b.txt' },
      'lib/up': { link: './../run.sh' },
      'lib/later': { link: 'not-there-yet' },
    })
    expect(code.content).toStrictEqual({
      files: [
        { bytes: 3, executable: false, path: 'lib/a.txt', sha256: sha256('one') },
        { bytes: 3, executable: false, path: 'lib/b.txt', sha256: sha256('two') },
        { bytes: 10, executable: true, path: 'run.sh', sha256: sha256('#!/bin/sh\n') },
      ],
      links: [
        { path: 'latest', target: 'lib/b.txt' },
        { path: 'lib/later', target: 'not-there-yet' },
        { path: 'lib/up', target: './../run.sh' },
      ],
    })
    expect(code.sha256).toBe(sha256(code.manifest))
    expect(code.bytes).toBe(16)
  })

  it('has the same hash for the same content, whatever the times and owners', async () => {
    const files = { 'a.txt': 'one', 'b/c.txt': 'two' }
    const [first, second] = [await folderOf(files), await folderOf(files)]
    await utimes(join(second, 'a.txt'), 1, 1)
    await chmod(join(second, 'a.txt'), 0o600)
    const [one, two] = [await packCode(first), await packCode(second)]
    expect(one.ok && one.value.sha256).toBe(two.ok && two.value.sha256)
    await writeFile(join(second, 'a.txt'), 'One')
    const changed = await packCode(second)
    expect(changed.ok && changed.value.sha256).not.toBe(two.ok && two.value.sha256)
  })

  it('may be empty', async () => {
    expect((await packed({ '.forkcast/state': 'x' })).content).toStrictEqual({ files: [], links: [] })
  })
})

describe('what is left out', () => {
  it('is what .gitignore says, in the folder and those below', async () => {
    const files = {
      '.gitignore': 'node_modules/\n*.log\n!keep.log\n/top.txt\n',
      'node_modules/x/index.js': '',
      'a.log': '',
      'keep.log': '',
      'top.txt': '',
      'sub/top.txt': '',
      'sub/.gitignore': 'own.txt\n!special.log\n',
      'sub/own.txt': '',
      'sub/special.log': '',
      'sub/other.log': '',
      'own.txt': '',
    }
    expect(await pathsIn(files)).toStrictEqual([
      '.gitignore',
      'keep.log',
      'own.txt',
      'sub/.gitignore',
      'sub/special.log',
      'sub/top.txt',
    ])
  })

  it('is what .forkcastignore says where there is one, and nothing of .gitignore', async () => {
    const files = {
      '.forkcastignore': 'data/\n',
      '.gitignore': 'node_modules/\n',
      'data/x': '',
      'node_modules/y': '',
      z: '',
    }
    expect(await pathsIn(files)).toStrictEqual(['.forkcastignore', '.gitignore', 'node_modules/y', 'z'])
  })

  it('is always the history of a repository and the state of runs, wherever they are', async () => {
    expect(
      await pathsIn({ '.git/HEAD': '', 'sub/.git': '', '.forkcast/a': '', 'a/.forkcast/b': '', c: '' }),
    ).toStrictEqual(['c'])
  })

  it('is not what is read by nobody', async () => {
    const files = { '.forkcastignore': 'out\n', out: { link: '/etc/passwd' }, a: '' }
    expect(await pathsIn(files)).toStrictEqual(['.forkcastignore', 'a'])
  })
})

describe('what cannot be packed', () => {
  it('is a link that leads out, by its words or through another link', async () => {
    const problems = await problemsIn({
      absolute: { link: '/etc/passwd' },
      above: { link: '../x' },
      'sub/deep/up': { link: '..' },
      'sub/deep/round': { link: 'up/../../../x' },
    })
    expect(problems.map((problem) => problem.slice(0, problem.indexOf(' → '))).toSorted()).toStrictEqual([
      '`above` is a link out of the code folder',
      '`absolute` is a link out of the code folder',
      '`sub/deep/round` is a link out of the code folder',
    ])
  })

  it('is a link whose words stay inside while its way does not', async () => {
    const folder = await folderOf({
      'code/sub/root': { link: '..' },
      'code/sub/out': { link: 'root/../secret' },
      secret: '',
    })
    const code = await packCode(join(folder, 'code'))
    expect(code).toMatchObject({ ok: false, error: [{ message: '`sub/out` is a link out of the code folder' }] })
  })

  it('is a socket', async () => {
    const folder = await folderOf({ a: '' })
    const server = createServer().listen(join(folder, 'socket'))
    onTestFinished(() => {
      server.close()
    })
    await once(server, 'listening')
    expect(await packCode(folder)).toMatchObject({
      ok: false,
      error: [
        { message: '`socket` is no file that can be copied', fix: 'leave it out: add `socket` to `.forkcastignore`' },
      ],
    })
  })

  it('is more than the limits', async () => {
    const folder = await folderOf({})
    for (let index = 0; index <= LIMITS.codeFiles.value; index++) writeFileSync(join(folder, `f${index}`), '')
    const code = await packCode(folder)
    expect(code.ok ? [] : code.error).toStrictEqual([
      {
        message: 'the code: found 20,001, the limit is 20,000 files in one `code` folder (`codeFiles`)',
        fix: 'leave data and installed packages out with `.forkcastignore`, or point `code` to a smaller folder',
      },
    ])
  })

  it('is a file as large as no code is', async () => {
    const folder = await folderOf({ data: '' })
    await truncate(join(folder, 'data'), LIMITS.codeBytes.value + 1)
    expect(await packCode(folder)).toMatchObject({
      ok: false,
      error: [{ message: expect.stringMatching('the size of `data`') }],
    })
  })
})
