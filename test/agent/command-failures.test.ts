import { describe, expect, it } from 'vitest'
import type { ObjectStore } from '#ports/object-store.ts'
import { AgentRig, failureOf, type Task } from './agent-rig.ts'

async function fail(task: Task, memoryMiB?: number) {
  await using rig = new AgentRig()
  const ended = await rig.run(task, memoryMiB === undefined ? {} : { job: { memoryMiB } })
  return { failure: failureOf(ended), exitCode: ended.exit.exitCode, times: ended.report!.times }
}

const outputs = { x: { path: 'x', type: 'file', optional: false } } as const

/** What a call of the operating system rejects with. */
function refusal(code: string, more: object): Error {
  return Object.assign(new Error(`${code}: link '/objects/x'`), { code, ...more })
}

const argv = (...words: string[]): Task => ({ command: { kind: 'argv', argv: words } })

describe('a command that fails', () => {
  it('shows the last 20 lines of its stderr', async () => {
    const { failure } = await fail({ script: 'seq 1 100000 >&2; exit 3' })
    const lines = Array.from({ length: 20 }, (_, index) => `${99_981 + index}`)
    expect(failure).toStrictEqual({
      cause: 'user-error',
      confidence: 'certain',
      exitCode: 3,
      signal: null,
      evidence: lines.join('\n'),
    })
  })

  it('shows no character that steers a terminal', async () => {
    const { failure } = await fail({ script: String.raw`printf 'a\033[31mb\tc\376\n' >&2; exit 1` })
    expect(failure.evidence).toBe('a\\u{1b}[31mb\tc\ufffd')
  })

  it('without a word on stderr says at least how it ended', async () => {
    const { failure } = await fail({ script: 'exit 4' })
    expect(failure.evidence).toBe('ended with exit code 4 and wrote nothing to stderr')
  })

  it('has no outputs looked at', async () => {
    await using rig = new AgentRig()
    const outputs = { a: { path: 'a', type: 'file', optional: false } } as const
    const { report } = await rig.run({ script: 'echo x > "$OUTPUT_A"; exit 1', outputs })
    expect(report?.times.stagingOutS).toBeNull()
    expect(await rig.objects.size('runs/run_00000000/clean[3]/1/0/1/out/a')).toBeUndefined()
  })

  it('by a signal of its own doing is the user’s error', async () => {
    const { failure, exitCode } = await fail({ script: 'kill -SEGV $$' })
    expect(failure).toMatchObject({ cause: 'user-error', exitCode: null, signal: 'SIGSEGV' })
    expect(exitCode).toBe(139)
  })

  it('by a signal of somebody else is of unknown cause', async () => {
    const { failure } = await fail({ script: 'kill -KILL $$' }, 512)
    expect(failure).toStrictEqual({
      cause: 'unknown',
      confidence: 'possible',
      exitCode: null,
      signal: 'SIGKILL',
      evidence: 'ended by SIGKILL from outside',
    })
  })

  it('by SIGKILL with its memory in use ran out of memory', async () => {
    const script = `exec node -e 'Buffer.alloc(64e6, 1); setTimeout(() => process.kill(process.pid, "SIGKILL"), 800)'`
    await using rig = new AgentRig()
    const inherit = { PATH: `${process.execPath.replace(/\/node$/, '')}:/usr/bin:/bin` }
    const ended = await rig.run({ script }, { job: { memoryMiB: 40 }, deps: { inherit } })
    expect(failureOf(ended)).toMatchObject({ cause: 'out-of-memory', exitCode: null, signal: 'SIGKILL' })
    expect(failureOf(ended).evidence).toMatch(/^ended by SIGKILL: \d+ MiB of 40 MiB in use$/)
  })
})

describe('a command that cannot be started', () => {
  it.each([
    [
      'is not there',
      argv('no-such-program', 'x'),
      127,
      'no-such-program: not found, or its interpreter is not (ENOENT)',
    ],
    ['is not executable', argv('/etc/passwd'), 126, '/etc/passwd: not executable (EACCES)'],
    [
      'is too long',
      argv('true', 'x'.repeat(200_000)),
      126,
      'true: its arguments and environment are too long: pass long text as a file (E2BIG)',
    ],
    [
      'holds a null byte',
      argv('true', '\0'),
      126,
      'true: no name, or a null byte in its arguments or environment (ERR_INVALID_ARG_VALUE)',
    ],
    ['is empty', argv(''), 126, ': no name, or a null byte in its arguments or environment (ERR_INVALID_ARG_VALUE)'],
  ])('since it %s fails as it would in a shell', async (_, task, code, evidence) => {
    const { failure, exitCode, times } = await fail(task)
    expect(failure).toStrictEqual({
      cause: 'user-error',
      confidence: 'certain',
      exitCode: code,
      signal: null,
      evidence,
    })
    expect(exitCode).toBe(code)
    expect(times.stagingOutS).toBeNull()
  })

  it('shows in a script as the shell tells it', async () => {
    const { failure } = await fail({ script: 'no-such-program' })
    expect(failure).toStrictEqual({
      cause: 'user-error',
      confidence: 'certain',
      exitCode: 127,
      signal: null,
      evidence: 'sh: 1: no-such-program: not found',
    })
  })
})

describe('an agent that fails around a command', () => {
  it('says which step it was and why', async () => {
    await using rig = new AgentRig()
    const ended = await rig.run({}, { deps: { workFolder: '/dev/null/work' } })
    expect(failureOf(ended)).toMatchObject({ cause: 'start-failed', exitCode: null })
    expect(failureOf(ended).evidence).toMatch(/^staging in failed: ENOTDIR/)
    expect(ended.report?.times).toMatchObject({ runningS: null, stagingOutS: null })
  })

  it.each([
    ['EROFS', 'start-failed', 'mount it for writing'],
    ['EACCES', 'start-failed', 'change the permissions or the owner of the file or of its folder'],
    ['EMFILE', 'start-failed', 'raise the limit (`ulimit -n`), or run less at once'],
    ['ENOSPC', 'out-of-disk', 'free some space'],
    ['EDQUOT', 'out-of-disk', 'free some space'],
  ])('names the file and the fix when a result can’t be stored: %s', async (code, cause, fix) => {
    await using rig = new AgentRig()
    const objects: ObjectStore = Object.create(rig.objects, {
      store: { value: (path: string) => Promise.reject(refusal(code, { path, dest: '/objects/x' })) },
    }) as ObjectStore
    const ended = await rig.run({ script: 'echo 1 > "$OUTPUT_X"', outputs }, { deps: { objects } })
    expect(failureOf(ended)).toStrictEqual({
      cause,
      confidence: 'certain',
      exitCode: null,
      signal: null,
      evidence: `staging out failed: ${code}: link '/objects/x'\n${fix}`,
    })
  })

  it('tells an output that its command made unreadable from a store that takes nothing', async () => {
    await using rig = new AgentRig()
    let refused: (path: string) => object = (path) => ({ path })
    const objects: ObjectStore = Object.create(rig.objects, {
      store: { value: (path: string) => Promise.reject(refusal('EACCES', refused(path))) },
    }) as ObjectStore
    const clone = () => rig.run({ script: 'echo 1 > "$OUTPUT_X"', outputs }, { deps: { objects } })
    const left = failureOf(await clone())
    expect([left.cause, left.evidence]).toStrictEqual(['bad-output', "staging out failed: EACCES: link '/objects/x'"])
    refused = () => ({ path: '/objects' })
    expect(failureOf(await clone()).cause).toBe('start-failed')
    // Both ends are named, and the command's own is gone.
    refused = (path) => ({ path: `${path}.gone`, dest: '/objects/x' })
    expect(failureOf(await clone()).cause).toBe('bad-output')
  })
})

describe('a command that runs out of memory together with the agent', () => {
  it('is the kernel’s first choice', async () => {
    await using rig = new AgentRig()
    const script = 'until test "$(cat /proc/$$/oom_score_adj)" = 1000; do :; done'
    expect((await rig.run({ script, timeoutS: 10 })).exit.outcome).toBe('claimed')
  })
})
