import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { removalsDone } from '#agent/removals.ts'
import { AgentRig, failureOf, type Task } from './agent-rig.ts'

const single = String.raw`s3cr3t.*$(x)[y]'"\/z+ü`
const lines = '-----BEGIN KEY-----\nfirst+line/of it==\nsecond.line(of) it\n-----END KEY-----'
const secrets = {
  TOKEN: { source: 'env', name: 'MY_TOKEN' },
  KEY: { source: 'file', name: 'keys/a.pem' },
} as const

function rigWithSecrets(): AgentRig {
  const rig = new AgentRig()
  Object.assign(rig.secrets, { MY_TOKEN: single, 'keys/a.pem': lines })
  return rig
}

/** Pieces that stand for the secrets: none of them occurs by chance. */
const traces = [
  's3cr3t.',
  'first+line',
  'second.line',
  'BEGIN KEY',
  Buffer.from(single).toString('base64').slice(0, 12),
]

/** Files below a folder that hold a trace of a secret, once work folders are gone. */
async function leaks(folder: string): Promise<readonly string[]> {
  await removalsDone()
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const path = join(folder, name)
    const text = statSync(path).isFile() ? readFileSync(path, 'latin1') : ''
    return traces.some((trace) => text.includes(trace) || name.includes(trace))
  })
}

const shell = (script: string): Task => ({ script })

describe('the secrets of a task', () => {
  it('are environment variables, as they are, and stand in no context', async () => {
    await using rig = rigWithSecrets()
    const script = `node -e 'process.exit(process.env.TOKEN === ${JSON.stringify(single).replaceAll("'", `'\\''`)} && process.env.KEY.split("\\n").length === 4 ? 0 : 1)'; ! grep -q s3cr3t "$FORKCAST_CONTEXT"`
    const inherit = { PATH: `${process.execPath.replace(/\/node$/, '')}:/usr/bin:/bin` }
    const { exit } = await rig.run({ script, secrets }, { deps: { inherit } })
    expect(exit.outcome).toBe('claimed')
  })

  it.each<[string, Task, string]>([
    ['at once', shell('echo "<$TOKEN>"'), '<***>\n'],
    ['in parts', shell('printf "<%.5s" "$TOKEN"; sleep 0.1; printf "%s>" "${TOKEN#?????}"'), '<***>'],
    ['byte by byte', shell('printf %s "$TOKEN" | dd bs=1 2>/dev/null; echo'), '***\n'],
    ['to stderr through its name', shell('echo "<$TOKEN>" > /dev/stderr'), '<***>\n'],
    ['as one of several lines', shell('echo "$KEY" | sed -n 2p'), '***\n'],
    ['with all its lines', shell('echo "$KEY"'), '***\n'],
    ['unquoted', shell('set -f; echo $KEY'), '*** *** *** ***\n'],
    ['in base64', shell('printf %s "$TOKEN" | base64'), '***\n'],
    ['by a child in the background', shell('echo "$TOKEN" & wait'), '***\n'],
    ['by its validator', { script: ':', validate: { kind: 'shell', script: 'echo "$TOKEN"' } }, '***\n'],
    [
      'half by its command, half by its validator',
      {
        script: 'printf %s "${TOKEN%????????????}"',
        validate: { kind: 'shell', script: 'printf %s "${TOKEN#${TOKEN%????????????}}"' },
      },
      '***',
    ],
  ])('are masked in logs: printed %s', async (_, task, shown) => {
    await using rig = rigWithSecrets()
    const ended = await rig.run({ ...task, secrets })
    expect(ended.stdout + ended.stderr).toBe(shown)
    expect(ended.exit.outcome).toBe('claimed')
    expect(await leaks(rig.root)).toStrictEqual([])
  })

  it.each<[string, Task]>([
    ['in a crash message', shell('echo "no access with $TOKEN" >&2; exit 1')],
    ['at the end of a crash message, cut', shell('printf "%s" "bad $TOKEN" >&2; kill -SEGV $$')],
    ['traced by a shell', shell('set -x; true "$TOKEN" "$KEY"; exit 1')],
    ['as a program that is not there', shell('"$TOKEN"')],
    ['as a variable that is a number', shell(': $((TOKEN))')],
    [
      'by a validator that rejects',
      { script: ':', validate: { kind: 'shell', script: 'echo "bad $KEY" >&2; exit 1' } },
    ],
    ['past its timeout', { script: 'echo "$KEY" >&2; exec sleep 60', timeoutS: 0.3 }],
    [
      'as the name of an output',
      {
        script: 'cd "${OUTPUT_A%/*}"; touch "$(printf %s "$KEY" | sed -n 3p)"',
        outputs: { a: { path: 'a', type: 'file', optional: false } },
      },
    ],
    [
      'in an output that is no JSON',
      {
        script: 'printf %s "$KEY" | tail -n 2 > "$OUTPUT_A"',
        outputs: { a: { path: 'a.json', type: 'json', optional: false } },
      },
    ],
  ])('are in no failure: %s', async (_, task) => {
    await using rig = rigWithSecrets()
    const ended = await rig.run({ ...task, secrets })
    const { evidence } = failureOf(ended)
    expect(evidence).not.toBe('')
    const told = JSON.stringify([ended.exit, ended.report])
    expect(traces.filter((trace) => told.includes(trace) || evidence.includes(trace))).toStrictEqual([])
    expect(await leaks(join(rig.root, 'objects'))).toStrictEqual([])
  })

  it('come with logs in order, live, and cut at their limit', async () => {
    await using rig = rigWithSecrets()
    const flood = await rig.run({ script: 'exec yes "$TOKEN"', secrets }, { deps: { logLimitMiB: 1 } })
    expect(failureOf(flood).evidence).toBe('wrote more than 1 MiB to stdout: write data to an output')
    expect(flood.stdout.slice(0, 8)).toBe('***\n***\n')
    expect(flood.stdout.slice(1024 ** 2)).toBe('\n[stdout was cut here: more than 1 MiB]\n')
    const ordered = await rig.run({ script: 'seq 20000', secrets })
    expect(ordered.stdout).toBe(Array.from({ length: 20_000 }, (_, index) => `${index + 1}\n`).join(''))
    let live = ''
    const script = 'echo "live $TOKEN"; touch "$READY"; exec sleep 60'
    await rig.runUntilReady({ script, secrets }, { kind: 'stop', graceS: 1 }, (log) => {
      live = readFileSync(log, 'utf8')
    })
    expect(['', 'live ***\n']).toContain(live)
  })

  it('do not hold up a clone whose grandchild keeps its logs open in a session of its own', async () => {
    await using rig = rigWithSecrets()
    const { exit, stdout } = await rig.run({ script: 'setsid sleep 1 & echo "done $TOKEN"', secrets })
    expect([exit.outcome, stdout]).toStrictEqual(['claimed', 'done ***\n'])
  })

  it.each([
    ['missing', {}, 'secret TOKEN: env:MY_TOKEN is not set'],
    [
      'empty',
      { MY_TOKEN: '' },
      'secret TOKEN: env:MY_TOKEN has fewer than 4 characters: it could not be told from other text in logs',
    ],
    [
      'too short',
      { MY_TOKEN: 'äöü' },
      'secret TOKEN: env:MY_TOKEN has fewer than 4 characters: it could not be told from other text in logs',
    ],
    [
      'with a null byte',
      { MY_TOKEN: 's3cr3t\0' },
      'secret TOKEN: env:MY_TOKEN has a null byte, which a variable cannot hold',
    ],
    [
      'too long',
      { MY_TOKEN: 's3cr3t.'.repeat(10_000) },
      'secret TOKEN: env:MY_TOKEN is too long: the secrets of a task have at most 64 KiB together',
    ],
  ])('fail the clone before its command when one is %s, without its value', async (_, values, evidence) => {
    await using rig = new AgentRig()
    Object.assign(rig.secrets, values)
    const ended = await rig.run({ script: 'touch "$READY"', secrets: { TOKEN: secrets.TOKEN } })
    expect(failureOf(ended)).toMatchObject({ cause: 'bad-input', exitCode: null, evidence })
    expect(ended.report?.times.runningS).toBeNull()
  })

  it('may have 64 KiB together', async () => {
    await using rig = new AgentRig()
    Object.assign(rig.secrets, { MY_TOKEN: 's3cr3t. \\"'.repeat(6553) })
    const ended = await rig.run({ script: 'echo "<$TOKEN>"', secrets: { TOKEN: secrets.TOKEN } })
    expect(ended.stdout).toBe('<***>\n')
  })

  it('need a named pipe: where none can be made, the task does not start and runs elsewhere', async () => {
    await using rig = rigWithSecrets()
    vi.stubEnv('PATH', rig.root)
    const ended = await rig.run({ script: 'touch "$READY"', secrets })
    vi.unstubAllEnvs()
    expect(failureOf(ended)).toStrictEqual({
      cause: 'start-failed',
      confidence: 'likely',
      exitCode: null,
      signal: null,
      evidence:
        'staging in failed: mkfifo made no named pipe (ENOENT), and a task with secrets needs it to keep them out of its logs',
    })
    expect(existsSync(rig.ready)).toBe(false)
    expect(await leaks(rig.root)).toStrictEqual([])
  })
})
