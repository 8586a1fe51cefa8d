import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, inject, it, vi } from 'vitest'
import { emptyRoot } from './bare-root.ts'
import { Deployment } from './deployment.ts'

const why = inject('lacking')
const outputs = { x: { path: 'x.txt', type: 'text', optional: false } } as const
const shell = (script: string) => ({ kind: 'shell', script }) as const

describe.skipIf(why !== undefined).concurrent(`the life of a container${why === undefined ? '' : ` (${why})`}`, () => {
  it('starts from nothing but the runtime folder, and runs a command without a shell', async () => {
    await using deployment = new Deployment({ fill: emptyRoot })
    const node = ['/opt/forkcast/ld.so', '--library-path', '/opt/forkcast/lib', '/opt/forkcast/node', '-e']
    const program = `require('fs').writeFileSync(process.env.OUTPUT_X, require('fs').readdirSync('/').join(' '))`
    const ended = await deployment.run({ run: { kind: 'argv', argv: [...node, program] }, outputs })
    expect(ended.slot).toMatchObject({ state: 'won', failure: null })
    expect(ended).toMatchObject({ exitCode: 0, left: [], said: 'forkcast: claimed; the report was accepted\n' })
    expect(deployment.output(ended, 'out/x.txt')).toBe('dev opt proc sys tmp var')
  })

  it('shows its logs as they come and stores them, and ends with the exit code of its command', async () => {
    await using deployment = new Deployment()
    const ended = await deployment.run({ run: shell('echo out; echo no >&2; exit 7'), outputs })
    expect(ended.slot.failure).toMatchObject({ cause: 'user-error', exitCode: 7, evidence: 'no' })
    expect(ended.exitCode).toBe(7)
    expect(ended.said.split('\n').toSorted()).toStrictEqual([
      '',
      'forkcast: failed: user-error; the report was accepted',
      '{"log":"stderr","fence":1,"offset":0,"bytes":3,"text":"no\\n"}',
      '{"log":"stdout","fence":1,"offset":0,"bytes":4,"text":"out\\n"}',
    ])
    expect(deployment.output(ended, 'stdout.log')).toBe('out\n')
    expect(deployment.output(ended, 'stderr.log')).toBe('no\n')
  })

  it('runs as the user of its image, who need not be anybody', async () => {
    await using deployment = new Deployment({ user: '1234:1234' })
    const script = 'ls -ln "$TMPDIR/.." > "$OUTPUT_X"; cat /proc/self/oom_score_adj; (setsid sleep 1000 &)'
    const ended = await deployment.run({ run: shell(script), outputs })
    expect(ended.slot).toMatchObject({ state: 'won', failure: null })
    expect(deployment.output(ended, 'out/x.txt')).toMatch(/ 1234 +1234 .* code$/m)
    expect(deployment.output(ended, 'stdout.log')).toBe('1000\n')
    expect(ended.alive).toHaveLength(1)
  })

  it('finds who it is in an array by its index, and hands a command nothing of that', async () => {
    await using deployment = new Deployment({ inArray: true })
    const ended = await deployment.run({ run: shell('env > "$OUTPUT_X"'), outputs })
    expect(ended.slot).toMatchObject({ state: 'won', job: expect.stringMatching(/^run_\w+:1$/), failure: null })
    expect(deployment.output(ended, 'out/x.txt')).not.toMatch(/^FORKCAST_(?:ARRAY|CLONE_TOKEN)=/m)
  })

  it('hands a command what its image says, and nothing of its own', async () => {
    const env = { LANG: 'C.UTF-8', AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:1', NODE_OPTIONS: '', LD_PRELOAD: '' }
    await using deployment = new Deployment({ env })
    const ended = await deployment.run({ run: shell('env > "$OUTPUT_X"'), outputs })
    const names = deployment
      .output(ended, 'out/x.txt')!
      .split('\n')
      .map((line) => line.split('=')[0])
    for (const name of ['LANG', 'AWS_ENDPOINT_URL_S3', 'FORKCAST_RUN_ID']) expect(names).toContain(name)
    for (const name of [
      'FORKCAST_CLONE_TOKEN',
      'FORKCAST_CLONE_ID',
      'FORKCAST_CLONE_API',
      'NODE_OPTIONS',
      'LD_PRELOAD',
    ]) {
      expect(names).not.toContain(name)
    }
  })

  it('takes the agent from the cache of its host if it is what it should be, and leaves it there', async () => {
    const cache = mkdtempSync(join(tmpdir(), 'forkcast-cache-'))
    const play = async () => {
      await using deployment = new Deployment({ cache })
      const { slot } = await deployment.run({ run: shell('echo x > "$OUTPUT_X"'), outputs })
      return [slot.state, deployment.bundlesGiven]
    }
    try {
      expect(await play()).toStrictEqual(['won', 1])
      expect(await play()).toStrictEqual(['won', 0])
      const [name = ''] = readdirSync(join(cache, 'agent'))
      writeFileSync(join(cache, 'agent', name), 'process.exit(0)')
      expect(await play()).toStrictEqual(['won', 1])
      expect(readdirSync(join(cache, 'agent'))).toStrictEqual([name])
      expect(await play()).toStrictEqual(['won', 0])
      // Of what other versions and crashes have left, the newest stay.
      for (const [age, other] of ['a.mjs', 'b.mjs', 'c.mjs.partial', 'd.mjs'].entries()) {
        writeFileSync(join(cache, 'agent', other), other)
        utimesSync(join(cache, 'agent', other), 1000 - age, 1000 - age)
      }
      mkdirSync(join(cache, 'agent', 'folder', 'deep'), { recursive: true })
      utimesSync(join(cache, 'agent', 'folder'), 1, 1)
      rmSync(join(cache, 'agent', name))
      expect(await play()).toStrictEqual(['won', 1])
      expect(readdirSync(join(cache, 'agent')).toSorted()).toStrictEqual([name, 'a.mjs', 'b.mjs', 'folder'].toSorted())
    } finally {
      rmSync(cache, { recursive: true, force: true })
    }
  })

  it('asks which agent it is only on a host that lacks the one that its job was submitted with', async () => {
    const cache = mkdtempSync(join(tmpdir(), 'forkcast-cache-'))
    const play = async (sha256 = deployed.sha256) => {
      await using deployment = new Deployment({ cache, env: { FORKCAST_AGENT_SHA256: sha256 } })
      const { slot } = await deployment.run({ run: shell('echo x > "$OUTPUT_X"'), outputs })
      return [slot.state, deployment.asked.includes('/clone/agent'), deployment.bundlesGiven]
    }
    await using deployed = new Deployment()
    try {
      expect(await play()).toStrictEqual(['won', true, 1])
      expect(await play()).toStrictEqual(['won', false, 0])
      writeFileSync(join(cache, 'agent', `${deployed.sha256}.mjs`), 'process.exit(0)')
      expect(await play()).toStrictEqual(['won', true, 1])
      expect(await play('0'.repeat(64))).toStrictEqual(['won', true, 0])
      expect(await play(`../agent/${deployed.sha256}`)).toStrictEqual(['won', true, 0])
    } finally {
      rmSync(cache, { recursive: true, force: true })
    }
  })

  it('reads its secrets by itself, and masks them, also where its image has no program for it', async () => {
    await using deployment = new Deployment()
    deployment.parameters.set('/forkcast/secrets/token', 'correct horse')
    const secrets = { TOKEN: { source: 'ssm', name: '/forkcast/secrets/token' } } as const
    const ended = await deployment.run({
      run: shell('echo "it is $TOKEN"; echo "$TOKEN" > "$OUTPUT_X"'),
      secrets,
      outputs,
    })
    expect(ended.slot).toMatchObject({ state: 'won', failure: null })
    expect(deployment.output(ended, 'stdout.log')).toBe('it is ***\n')
    expect(ended.said).toContain('it is ***')
    expect(deployment.output(ended, 'out/x.txt')).toBe('correct horse\n')
    expect(JSON.stringify([ended.slot, ended.reports, ended.said])).not.toContain('correct horse')
  })

  it('ends for good for a secret that is not there, and says what to do', async () => {
    await using deployment = new Deployment()
    const secrets = { TOKEN: { source: 'ssm', name: '/forkcast/secrets/none' } } as const
    const ended = await deployment.run({ run: shell('echo x'), secrets })
    const evidence =
      'secret TOKEN: ssm:/forkcast/secrets/none is not in this account in eu-west-1: make it there, or correct its name'
    expect(ended.slot.failure).toMatchObject({ cause: 'bad-input', evidence })
  })

  it('ends its command within the time that it has when it is told to, and says so', async () => {
    await using deployment = new Deployment()
    const run = await deployment.submit({ run: shell(`trap '' TERM; echo up; while :; do sleep 1; done`), outputs })
    await vi.waitFor(async () => expect((await deployment.slot(run, 1))?.state).toBe('running'), { timeout: 20_000 })
    await deployment.cancel(run)
    await vi.waitFor(() => expect(deployment.ended).toHaveLength(1), { timeout: 30_000 })
    const ended = deployment.ended[0]!
    expect(ended.reports.map((report) => report.ended)).toStrictEqual([{ kind: 'stopped' }])
    expect(ended).toMatchObject({ exitCode: 137, left: [] })
    expect(ended.alive).toHaveLength(1)
  })

  it('ends at once and well where its token speaks for nobody', async () => {
    await using deployment = new Deployment({ env: { FORKCAST_CLONE_TOKEN: 'stolen' }, timeScale: 60 })
    const ended = await deployment.run({ run: shell('echo x > "$OUTPUT_X"'), outputs })
    expect(ended).toMatchObject({ exitCode: 0, reports: [] })
    expect(ended.said).toContain('forkcast: refused: ')
    expect(ended.slot.failure).toMatchObject({ cause: 'start-failed' })
  })

  it('says what it is not told', async () => {
    await using deployment = new Deployment({ env: { FORKCAST_BUCKET: '' } })
    const ended = await deployment.run({ run: shell('echo x > "$OUTPUT_X"'), outputs })
    expect(ended).toMatchObject({ exitCode: 1, reports: [] })
    expect(ended.said).toBe('forkcast: not started by its deployment: FORKCAST_BUCKET is not set\n')
  })

  it('that was taken for dead shows nothing to its successor', async () => {
    // For the control plane a lease lasts four seconds, of which the agent knows nothing.
    await using deployment = new Deployment({ timeScale: 30, isDeaf: true })
    const script = `echo "$FORKCAST_ATTEMPT" > "$OUTPUT_X"; if [ "$FORKCAST_ATTEMPT" = 1 ]; then sleep 9; fi`
    const second = await deployment.run({ run: shell(script), outputs }, 2)
    expect(second.slot.state).toBe('won')
    const isFirst = ({ attempt }: { readonly attempt: number }) => attempt === 1
    await vi.waitFor(() => expect(deployment.ended.some(isFirst)).toBe(true), { timeout: 30_000 })
    const first = deployment.ended.find(isFirst)!
    expect(first.exitCode).toBe(0)
    expect(first.said).toContain('the report was late')
    expect(deployment.output(second, 'out/x.txt')).toBe('2\n')
    const { run } = second.reports[0]!.slot
    expect(await deployment.slot(run, 1)).toMatchObject({ state: 'fenced', claim: null })
    const object = `runs/${run}/A/2/0/1/out/x.txt`
    expect((await deployment.task(run))?.outputs).toMatchObject({ x: { object } })
    // What it left is where nobody looks.
    expect(deployment.output(first, 'out/x.txt')).toBe('1\n')
  })
})
