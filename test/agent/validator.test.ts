import { describe, expect, it } from 'vitest'
import { sessionLives } from '#agent/process-session.ts'
import type { Output } from '#core/workflow/workflow.ts'
import { AgentRig, claimOf, failureOf } from './agent-rig.ts'

const shell = (script: string) => ({ kind: 'shell', script }) as const
const outputs: Record<string, Output> = { a: { path: 'a', type: 'file', optional: false } }
const write = 'echo right > "$OUTPUT_A"; echo x > here; echo one; echo worked >&2'
const key = 'runs/run_00000000/clean[3]/1/0/1/out/a'

describe('a validator', () => {
  it('runs where the command ran, sees its outputs, and writes to the same logs', async () => {
    await using rig = new AgentRig()
    const validate = shell('cat here "$OUTPUT_A"; echo looked >&2')
    const ended = await rig.run({ script: write, outputs, validate })
    expect(claimOf(ended)['a']).toMatchObject({ object: key, bytes: 6 })
    expect([ended.stdout, ended.stderr]).toStrictEqual(['one\nx\nright\n', 'worked\nlooked\n'])
    expect(ended.exit.exitCode).toBe(0)
  })

  it('that ends with another exit code rejects the result: nothing is stored, and its own words are the evidence', async () => {
    await using rig = new AgentRig()
    const ended = await rig.run({ script: write, outputs, validate: shell('echo wrong >&2; exit 3') })
    expect(failureOf(ended)).toMatchObject({ cause: 'validator-rejected', exitCode: 3, signal: null })
    expect(failureOf(ended).evidence).toContain('wrong')
    expect(failureOf(ended).evidence).not.toContain('worked')
    expect(ended.exit.exitCode).toBe(3)
    expect(await rig.objects.size(key)).toBeUndefined()
  })

  it('runs only after a command that ended well, and outputs that are as they should be', async () => {
    await using rig = new AgentRig()
    const validate = shell('touch "$READY.validated"')
    const failed = await rig.run({ script: 'exit 1', outputs, validate })
    const missing = await rig.run({ outputs, validate })
    expect([failureOf(failed).cause, failureOf(missing).cause]).toStrictEqual(['user-error', 'bad-output'])
    expect((await rig.run({ script: 'ls -d "$READY".* || true' })).stdout).toBe('')
  })

  it('that cannot be started fails the clone as a command would', async () => {
    await using rig = new AgentRig()
    const validate = { kind: 'argv', argv: ['no-such-program'] } as const
    expect(failureOf(await rig.run({ script: write, outputs, validate }))).toMatchObject({ exitCode: 127 })
  })

  it('has the rest of the timeout', async () => {
    await using rig = new AgentRig()
    const ended = await rig.run({
      script: `sleep 0.3; ${write}`,
      outputs,
      validate: shell('exec sleep 60'),
      timeoutS: 0.6,
    })
    expect(failureOf(ended)).toMatchObject({ cause: 'timed-out' })
    expect(failureOf(ended).evidence).toMatch(/^timed out after 0\.6 s/)
  })

  it('leaves no process behind, and is a process group of its own', async () => {
    await using rig = new AgentRig()
    const ended = await rig.run({ script: write, outputs, validate: shell('sleep 60 & exit 0') })
    expect(ended.exit.outcome).toBe('claimed')
    expect(rig.leaders).toHaveLength(2)
    expect(rig.leaders.map(sessionLives)).toStrictEqual([false, false])
  })

  it('that floods a log together with its command has failed', async () => {
    await using rig = new AgentRig()
    const half = 'head -c 700000 /dev/zero'
    const ended = await rig.run({ script: half, validate: shell(half) }, { deps: { logLimitMiB: 1 } })
    expect(failureOf(ended).evidence).toBe('wrote more than 1 MiB to stdout: write data to an output')
  })

  it.each([
    ['changes', 'echo wrong > "$OUTPUT_A"', 'was changed by its validator'],
    [
      'changes in place, keeping its size and time,',
      'touch -r "$OUTPUT_A" t; printf w | dd of="$OUTPUT_A" conv=notrunc 2>/dev/null; touch -r t "$OUTPUT_A"',
      'was changed by its validator',
    ],
    [
      'replaces by a link',
      'rm "$OUTPUT_A"; ln -s /etc/passwd "$OUTPUT_A"',
      'a is a link that leads out of the output folder, since it was validated',
    ],
    ['removes', 'rm "$OUTPUT_A"', 'nothing at a; the output folder is empty, since it was validated'],
  ])('that %s an output fails the clone: only what it saw is ever claimed', async (_, script, why) => {
    await using rig = new AgentRig()
    const ended = await rig.run({ script: write, outputs, validate: shell(script) })
    expect(failureOf(ended)).toMatchObject({ cause: 'bad-output', evidence: `output a: ${why}` })
  })

  it('that adds to an output, or writes an optional one, fails the clone', async () => {
    await using rig = new AgentRig()
    const parts: Output = { path: 'parts', type: 'directory', optional: false }
    const added = await rig.run({ outputs: { parts }, validate: shell('touch "$OUTPUT_PARTS/new"') })
    const optional: Output = { path: 'b', type: 'file', optional: true }
    const made = await rig.run({ outputs: { b: optional }, validate: shell('touch "$OUTPUT_B"') })
    expect([failureOf(added).evidence, failureOf(made).evidence]).toStrictEqual([
      'output parts: was changed by its validator',
      'output b: was changed by its validator',
    ])
  })
})
