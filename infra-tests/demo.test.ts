import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import type { RunDocument } from '#contract/run-document.ts'
import { credentials, region } from './account/emulated-account.ts'
import { deployed, faults } from './deployed.ts'

const workflow = resolve('examples/anomalies/workflow.yaml')

/** A place where the command line is used: its folder, and the control plane that it asks. */
function place(api: string | undefined) {
  const folder = mkdtempSync(join(deployed.folder, 'place-'))
  return async (...words: readonly string[]): Promise<string> => {
    const signing = {
      FORKCAST_API: api,
      FORKCAST_API_REGION: region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    }
    const child = spawn(process.execPath, [resolve('bin/forkcast.ts'), ...words], {
      cwd: folder,
      env: { PATH: process.env['PATH'] ?? '', HOME: folder, ...(api !== undefined && signing) },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    if (child.exitCode !== 0)
      throw new Error(`${words[0]} ended with ${child.exitCode}: ${err}${(await faults()).join('\n')}`)
    return out
  }
}

/** Every byte of every output of the demo, by file. */
async function outputsOf(forkcast: ReturnType<typeof place>): Promise<Readonly<Record<string, string>>> {
  const run = JSON.parse(await forkcast('run', workflow, '--json', '-p', 'stall-seconds=1')) as RunDocument
  expect(run.state).toBe('succeeded')
  const folder = mkdtempSync(join(deployed.folder, 'outputs-'))
  await forkcast('outputs', run.id, '--to', folder)
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  const paths = files.map(({ parentPath, name }) => join(parentPath, name))
  return Object.fromEntries(paths.map((path) => [relative(folder, path), readFileSync(path, 'latin1')]))
}

describe('the demo', () => {
  it('leaves the same bytes through API Gateway as on one machine', { timeout: 400_000 }, async () => {
    const [remote, local] = await Promise.all([outputsOf(place(deployed.apiUrl)), outputsOf(place(undefined))])
    expect(remote).toStrictEqual(local)
    const names = Object.keys(remote).map((path) => path.split(/[./]/)[0])
    expect(new Set(names)).toStrictEqual(new Set(['report', 'pictures', 'summary', 'headline']))
    expect(Object.values(remote)).not.toContain('')
  })

  it('is asked for by signed requests only', async () => {
    const answer = await fetch(`${deployed.apiUrl}/runs`)
    expect(answer.status).toBe(403)
  })
})
