import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

let clone: string

/** A clone with the real launcher, and an entry that tells its arguments and ends with 7, or waits for a signal. */
beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'launcher-'))
  mkdirSync(join(clone, 'bin'))
  cpSync('bin/forkcast.mjs', join(clone, 'bin/forkcast.mjs'))
  writeFileSync(
    join(clone, 'bin/forkcast.ts'),
    `const words: string[] = process.argv.slice(2)
     console.log(words.join(' '), process.versions.node.split('.')[0])
     if (words[0] === 'wait') setInterval(() => {}, 1000)
     else process.exitCode = 7`,
  )
})
afterEach(() => rmSync(clone, { recursive: true, force: true }))

const bundleNode = () => {
  mkdirSync(join(clone, 'node_modules'))
  symlinkSync(resolve('node_modules/node'), join(clone, 'node_modules/node'))
}

/** Makes the running Node claim to be version 20, as the launcher asks it. */
const onNode20 = ['--import', 'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"20.9.0"})']

const launch = (nodeOptions: readonly string[], ...words: string[]) =>
  spawnSync(process.execPath, [...nodeOptions, join(clone, 'bin/forkcast.mjs'), ...words], { encoding: 'utf8' })

const major = process.versions.node.split('.')[0]

describe('the launcher', () => {
  it('runs the sources in its own process on a Node that can', () => {
    expect(launch([], 'show', 'latest')).toMatchObject({ status: 7, stdout: `show latest ${major}\n`, stderr: '' })
  })

  it('hands over to the Node of the clone on an older one, with arguments, output and exit code', () => {
    bundleNode()
    expect(launch(onNode20, 'show', 'latest')).toMatchObject({ status: 7, stdout: `show latest 24\n`, stderr: '' })
  })

  it.each(['SIGTERM', 'SIGINT'] as const)('passes %s on and ends as its child ended', async (signal) => {
    bundleNode()
    const launched = spawn(process.execPath, [...onNode20, join(clone, 'bin/forkcast.mjs'), 'wait'])
    await once(launched.stdout, 'data')
    launched.kill(signal)
    expect(await once(launched, 'exit')).toStrictEqual([null, signal])
  })

  it('says what to do when no Node here can run it', () => {
    const { status, stdout, stderr } = launch(onNode20, 'show')
    expect({ status, stdout }).toStrictEqual({ status: 1, stdout: '' })
    expect(stderr).toContain('forkcast needs Node 24 and found 20.9.0')
    expect(stderr).toContain('npm ci')
  })
})
