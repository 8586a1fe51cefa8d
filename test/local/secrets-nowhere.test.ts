import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { main } from '#cli/main.ts'
import { processHost } from '#cli/process-host.ts'
import { loadWorkflow } from '#local/load-workflow.ts'
import { openControlPlane } from '#local/open-control-plane.ts'
import { FakeHost } from '../cli/fakes/fake-host.ts'

const reaper = fileURLToPath(new URL('../../src/agent/reaper.ts', import.meta.url))
const token = String.raw`s3cr3t.*$(x)[y]'"\/z+ü`
const key = '-----BEGIN KEY-----\nfirst+line/of it==\nsecond.line(of) it\n-----END KEY-----'
const traces = ['s3cr3t.', 'first+line', 'second.line', Buffer.from(token).toString('base64').slice(0, 12)]

const workflow = `
apiVersion: forkcast/v1
name: secrets
code: none
tasks:
  prints:
    run: |
      printf '%.5s' "$TOKEN"; printf '%s\\n' "$TOKEN" "$KEY"; echo "$KEY" >&2; printf %s "$TOKEN" | base64
      echo fine > "$OUTPUT_OUT"
    secrets: { TOKEN: { from: 'env:MY_TOKEN' }, KEY: { from: 'file:key.pem' } }
    validate: echo "$TOKEN" >&2
    outputs: { out: { path: out.txt } }
  crashes:
    run: printf 'no access with %s' "$TOKEN" >&2; exit 1
    secrets: { TOKEN: { from: 'env:MY_TOKEN' } }
    allowFailure: true
  starts:
    run: set -x; "$KEY" "$TOKEN"
    secrets: { TOKEN: { from: 'env:MY_TOKEN' }, KEY: { from: 'file:key.pem' } }
    allowFailure: true
  rejects:
    run: ':'
    secrets: { KEY: { from: 'file:key.pem' } }
    validate: echo "bad $KEY" >&2; exit 1
    allowFailure: true
  lacks:
    run: echo "$NONE"
    secrets: { NONE: { from: 'env:NO_SUCH_VARIABLE' } }
    allowFailure: true
outputs: { out: { from: prints.out } }
`

describe('secrets', () => {
  let folder = ''
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'forkcast-secrets-'))
    writeFileSync(join(folder, 'key.pem'), `${key}\n`)
    writeFileSync(join(folder, 'workflow.yaml'), workflow)
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  const state = () => join(folder, '.forkcast')

  /** What the command line says to these words, on both streams. */
  async function say(...words: string[]): Promise<{ readonly exitCode: number; readonly said: string }> {
    const fake = new FakeHost()
    const { now, onSignal, readText, createFiles } = processHost()
    const own = {
      now,
      onSignal,
      readText,
      createFiles,
      loadWorkflow,
      openControlPlane: (options: Parameters<FakeHost['openControlPlane']>[0]) =>
        openControlPlane({
          ...options,
          inherit: { PATH: process.env['PATH'] ?? '' },
          secrets: { environment: (name) => (name === 'MY_TOKEN' ? token : undefined), folder },
          reaper,
        }),
    }
    const exitCode = await main([...words, '--dir', state()], Object.assign(fake, own))
    return { exitCode, said: fake.stdout.text + fake.stderr.text }
  }

  it('are nowhere after a run that prints them in many ways', { timeout: 60_000 }, async () => {
    const ran = await say('run', join(folder, 'workflow.yaml'))
    expect(ran).toMatchObject({ exitCode: 0 })
    const looks = [
      ['show', 'latest'],
      ['show', 'latest', '--json'],
      ['events', 'latest', '--json'],
      ['logs', 'latest'],
      ['outputs', 'latest', '--json'],
    ]
    const said = [ran.said]
    for (const words of looks) {
      const look = await say(...words)
      expect([words, look.exitCode]).toStrictEqual([words, 0])
      said.push(look.said)
    }
    const all = said.join('\n')
    expect(all).toContain('env:NO_SUCH_VARIABLE is not set')
    expect(all).toContain('no access with ***')
    expect(traces.filter((trace) => all.includes(trace))).toStrictEqual([])
    const files = readdirSync(state(), { recursive: true, encoding: 'utf8' }).filter((name) =>
      statSync(join(state(), name)).isFile(),
    )
    expect(files.some((name) => name.endsWith('stderr.log'))).toBe(true)
    const leaks = files.filter((name) => {
      const text = readFileSync(join(state(), name), 'latin1')
      return traces.some((trace) => text.includes(trace))
    })
    expect(leaks).toStrictEqual([])
  })
})
