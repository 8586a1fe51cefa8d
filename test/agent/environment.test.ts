import { describe, expect, it } from 'vitest'
import { AgentRig } from './agent-rig.ts'

/** Prints the environment that it was given, and adds nothing to it. */
const printEnvironment = { kind: 'argv', argv: ['/usr/bin/env', '-0'] } as const

function parse(stdout: string): Record<string, string> {
  const entries = stdout.split('\0').filter((entry) => entry !== '')
  return Object.fromEntries(
    entries.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  )
}

describe('the environment of a command', () => {
  it('is what the caller lets it inherit, its own variables and nothing else', async () => {
    await using rig = new AgentRig()
    const { stdout } = await rig.run(
      {
        command: printEnvironment,
        env: { MODE: 'strict' },
        variables: [
          { name: 'PARAM_WINDOW', value: { kind: 'text', text: '12' } },
          { name: 'EACH_NAME', value: { kind: 'text', text: 'a "b"\n$(c)' } },
          { name: 'INPUT_LIST', value: { kind: 'json', json: [1] } },
        ],
        outputs: {
          'top-score': { path: 'a/b/top.json', type: 'json', optional: true },
          parts: { path: 'parts', type: 'directory', optional: true },
        },
      },
      { deps: { inherit: { PATH: '/bin', HOME: '/nowhere' } } },
    )
    const folder = `${rig.root}/work/run_00000000.clean.3.1.0.1`
    expect(parse(stdout)).toStrictEqual({
      PATH: '/bin',
      HOME: '/nowhere',
      TMPDIR: `${folder}/tmp`,
      READY: rig.ready,
      MODE: 'strict',
      PARAM_WINDOW: '12',
      EACH_NAME: 'a "b"\n$(c)',
      INPUT_LIST: `${folder}/in/INPUT_LIST.json`,
      OUTPUT_TOP_SCORE: `${folder}/out/a/b/top.json`,
      OUTPUT_PARTS: `${folder}/out/parts`,
      FORKCAST_RUN_ID: 'run_00000000',
      FORKCAST_TASK: 'clean[3]',
      FORKCAST_ATTEMPT: '1',
      FORKCAST_CLONE: '0',
      FORKCAST_IDEMPOTENCY_KEY: 'run_00000000/clean[3]',
      FORKCAST_CONTEXT: `${folder}/context.json`,
    })
  })

  it('takes the user at his word: `env` wins over what is inherited, what the agent says wins over `env`', async () => {
    await using rig = new AgentRig()
    const env = { PATH: '/elsewhere', TMPDIR: '/var/tmp', FORKCAST_CLONE: '7' }
    const { stdout } = await rig.run({ command: printEnvironment, env })
    expect(parse(stdout)).toMatchObject({ PATH: '/elsewhere', TMPDIR: '/var/tmp', FORKCAST_CLONE: '0' })
  })

  it('comes with all of it in one JSON file, and with folders that exist', async () => {
    await using rig = new AgentRig()
    const { stdout, stderr } = await rig.run({
      script: 'test -d "$TMPDIR"; test -d "$(dirname "$OUTPUT_TOP")"; test -d "$OUTPUT_PARTS"; cat "$FORKCAST_CONTEXT"',
      variables: [{ name: 'PARAM_WINDOW', value: { kind: 'text', text: '12' } }],
      outputs: {
        top: { path: 'a/b/top.json', type: 'json', optional: true },
        parts: { path: 'c/parts', type: 'directory', optional: true },
      },
    })
    expect(stderr).toBe('')
    const folder = `${rig.root}/work/run_00000000.clean.3.1.0.1`
    expect(JSON.parse(stdout)).toStrictEqual({
      runId: 'run_00000000',
      task: 'clean[3]',
      attempt: 1,
      clone: 0,
      variant: null,
      idempotencyKey: 'run_00000000/clean[3]',
      variables: {
        PARAM_WINDOW: '12',
        OUTPUT_TOP: `${folder}/out/a/b/top.json`,
        OUTPUT_PARTS: `${folder}/out/c/parts`,
      },
    })
  })

  it('names the variant of a clone that is one', async () => {
    await using rig = new AgentRig()
    const script = 'echo "$FORKCAST_VARIANT"; cat "$FORKCAST_CONTEXT"'
    const { stdout } = await rig.run({ variant: 'forest', script })
    const [name, context = ''] = stdout.split('\n')
    expect(name).toBe('forest')
    expect(JSON.parse(context)).toMatchObject({ clone: 0, variant: 'forest' })
  })

  it('comes with an empty folder as working directory and nothing to read on standard input', async () => {
    await using rig = new AgentRig()
    const { stdout } = await rig.run({ script: 'pwd; ls -A; cat' })
    expect(stdout).toBe(`${rig.root}/work/run_00000000.clean.3.1.0.1/code\n`)
  })
})

describe('a command', () => {
  it('given as a list is run with no shell, every argument as it is', async () => {
    await using rig = new AgentRig()
    const argv = ['printf', '%s|', '; rm -rf /', '$(id)', '`id`', 'two\nlines', '-rf', '']
    const { stdout } = await rig.run({ command: { kind: 'argv', argv } })
    expect(stdout).toBe('; rm -rf /|$(id)|`id`|two\nlines|-rf||')
  })

  it('given as a script stops at the first error and at a variable that is not set', async () => {
    await using rig = new AgentRig()
    const failing = await rig.run({ script: 'false; echo on' })
    const unset = await rig.run({ script: 'echo "$NOT_SET"; echo on' })
    expect([failing.exit.exitCode, failing.stdout]).toStrictEqual([1, ''])
    expect([unset.exit.exitCode, unset.stdout]).toStrictEqual([2, ''])
  })
})
