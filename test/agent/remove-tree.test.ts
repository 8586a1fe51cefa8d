import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { removeTree } from '#agent/remove-tree.ts'

describe('removing a tree', () => {
  let root = ''
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'forkcast-tree-'))
  })
  afterEach(() => rmSync(root, { recursive: true, force: true }))

  it('passes over what is not there', async () => {
    await removeTree(join(root, 'none'))
    expect(existsSync(root)).toBe(true)
  })

  it('takes folders that nobody may write to along', async () => {
    const tree = join(root, 'tree')
    mkdirSync(join(tree, 'a', 'b'), { recursive: true })
    writeFileSync(join(tree, 'a', 'b', 'file'), 'x')
    chmodSync(join(tree, 'a', 'b'), 0o555)
    chmodSync(join(tree, 'a'), 0o000)
    if (process.getuid?.() === 0) removeAsNobody(tree)
    else await removeTree(tree)
    expect(existsSync(tree)).toBe(false)
  })

  /** Root may write everywhere, so somebody else has to show it. */
  function removeAsNobody(tree: string): void {
    const nobody = { uid: 65_534, gid: 65_534 }
    expect(spawnSync('chown', ['-R', `${nobody.uid}:${nobody.gid}`, root]).status).toBe(0)
    const module = pathToFileURL(join(import.meta.dirname, '../../src/agent/remove-tree.ts')).href
    const code = `const { removeTree } = await import('${module}'); await removeTree('${tree}')`
    const { stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', code], { ...nobody, encoding: 'utf8' })
    expect(stderr).toBe('')
  }
})
