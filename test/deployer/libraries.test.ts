import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { missingLibraries } from '#deployer/libraries.ts'

const versions = { constructs: '10.8.1', 'aws-cdk-lib': '2.276.0' }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forkcast-libraries-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A place where this package is installed, with some of the libraries beside it. */
function installed(home: string, libraries: readonly string[] = []): string {
  const root = join(folder, home, 'node_modules', 'forkcast')
  for (const name of ['forkcast', ...libraries]) {
    const place = join(folder, home, 'node_modules', name)
    mkdirSync(place, { recursive: true })
    writeFileSync(
      join(place, 'package.json'),
      JSON.stringify({ name, exports: { './package.json': './package.json' } }),
    )
  }
  return root
}

describe('libraries that deploying needs', () => {
  it('are all there, or those that are not are named with the command that installs them', () => {
    expect(missingLibraries({ root: installed('all', Object.keys(versions)), versions }, folder)).toBeUndefined()
    const root = installed('some', ['constructs'])
    writeFileSync(join(folder, 'some', 'package.json'), '{}')
    const problem = missingLibraries({ root, versions }, join(folder, 'some'))
    expect(problem).toMatchObject({ code: 'DEPLOY-LIBRARIES', fix: 'npm install aws-cdk-lib@2.276.0', exitCode: 2 })
    const elsewhere = missingLibraries({ root, versions }, folder)
    expect(elsewhere?.fix).toBe('npm install --prefix some aws-cdk-lib@2.276.0')
  })

  it('go where this package is: beside a global one, or into this folder where npx has brought it', () => {
    const both = 'constructs@10.8.1 aws-cdk-lib@2.276.0'
    expect(missingLibraries({ root: installed('lib'), versions }, folder)?.fix).toBe(`npm install --global ${both}`)
    const brought = installed('_npx/1234')
    expect(missingLibraries({ root: brought, versions }, folder)?.fix).toBe(`npm install forkcast ${both}`)
  })
})
