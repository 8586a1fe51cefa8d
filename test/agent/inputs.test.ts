import { describe, expect, it } from 'vitest'
import type { GatheredItem, Variable } from '#contract/clone-api.ts'
import type { StagedOutput } from '#core/run/manifest.ts'
import { AgentRig, failureOf } from './agent-rig.ts'

async function fileVariable(rig: AgentRig, contents: string): Promise<Variable> {
  return {
    name: 'INPUT_RULES',
    value: { kind: 'file', name: 'rules.json', file: await rig.object('blobs/a', contents) },
  }
}

async function directory(rig: AgentRig, files: Readonly<Record<string, string>>): Promise<StagedOutput> {
  const staged = await Promise.all(
    Object.entries(files).map(async ([path, contents]) => ({ path, ...(await rig.object(`d/${path}`, contents)) })),
  )
  return { type: 'directory', folder: 'd', bytes: staged.reduce((sum, file) => sum + file.bytes, 0), files: staged }
}

describe('an input', () => {
  it('that is a file is staged under its own name, and is the clone’s to change', async () => {
    await using rig = new AgentRig()
    const variables = [await fileVariable(rig, '{"a":1}')]
    const script = 'basename "$INPUT_RULES"; cat "$INPUT_RULES"; echo changed > "$INPUT_RULES"'
    const { stdout, report } = await rig.run({ script, variables })
    const sibling = await rig.run({ script, variables })
    expect([stdout, sibling.stdout]).toStrictEqual(['rules.json\n{"a":1}', 'rules.json\n{"a":1}'])
    expect(report?.usage.bytesIn).toBe(7)
    expect(Buffer.from((await rig.objects.read('blobs/a'))!).toString()).toBe('{"a":1}')
  })

  it('that is JSON is written to a file', async () => {
    await using rig = new AgentRig()
    const json = { 'a b': [1, null, 'ü'] }
    const variables: Variable[] = [{ name: 'EACH_SERIES', value: { kind: 'json', json } }]
    const { stdout } = await rig.run({ script: 'cat "$EACH_SERIES"', variables })
    expect(JSON.parse(stdout)).toStrictEqual(json)
  })

  it('that is a directory is staged with all its folders', async () => {
    await using rig = new AgentRig()
    const output = await directory(rig, { 'a.txt': 'A', 'b/c/d.txt': 'D' })
    const variables: Variable[] = [{ name: 'INPUT_PARTS', value: { kind: 'output', name: 'parts', output } }]
    const { stdout, report } = await rig.run({
      script: 'cd "$INPUT_PARTS"; find . | sort; cat a.txt b/c/d.txt',
      variables,
    })
    expect(stdout).toBe('.\n./a.txt\n./b\n./b/c\n./b/c/d.txt\nAD')
    expect(report?.usage.bytesIn).toBe(2)
  })

  it('that is an empty directory is staged as one', async () => {
    await using rig = new AgentRig()
    const output = await directory(rig, {})
    const variables: Variable[] = [{ name: 'INPUT_PARTS', value: { kind: 'output', name: 'parts', output } }]
    const { stdout } = await rig.run({ script: 'basename "$INPUT_PARTS"; ls -A "$INPUT_PARTS"', variables })
    expect(stdout).toBe('parts\n')
  })

  it('that gathers all instances is a folder in their order, with a list of them', async () => {
    await using rig = new AgentRig()
    const items: GatheredItem[] = []
    for (let index = 0; index < 11; index += 1) {
      const output = index === 4 ? null : { type: 'json' as const, ...(await rig.object(`o/${index}`, `${index}`)) }
      const state = index === 4 ? 'failed' : 'committed'
      items.push({ index, key: `k${index}`, value: { n: index }, state, output })
    }
    const variables: Variable[] = [{ name: 'INPUT_ALL', value: { kind: 'gather', name: 'verdict.json', items } }]
    const script = 'cd "$INPUT_ALL"; cat items.json; ls; cat *-verdict.json'
    const [list = '', ...rest] = (await rig.run({ script, variables })).stdout.split('\n')
    const parsed = JSON.parse(list) as unknown[]
    expect(parsed).toHaveLength(11)
    expect(parsed[3]).toStrictEqual({
      index: 3,
      key: 'k3',
      value: { n: 3 },
      state: 'committed',
      path: '03-verdict.json',
    })
    expect(parsed[4]).toStrictEqual({ index: 4, key: 'k4', value: { n: 4 }, state: 'failed', path: null })
    const present = [0, 1, 2, 3, 5, 6, 7, 8, 9, 10]
    const names = present.map((index) => `${String(index).padStart(2, '0')}-verdict.json`)
    expect(rest).toStrictEqual([...names, 'items.json', '01235678910'])
  })

  it('that gathers directories has one for each instance', async () => {
    await using rig = new AgentRig()
    const output = await directory(rig, { 'x/y': 'Y' })
    const items = [{ index: 0, key: null, value: null, state: 'committed', output }]
    const variables: Variable[] = [{ name: 'INPUT_ALL', value: { kind: 'gather', name: 'parts', items } }]
    const { stdout } = await rig.run({ script: 'cat "$INPUT_ALL"/0-parts/x/y', variables })
    expect(stdout).toBe('Y')
  })

  it('that gathers no instances is an empty list', async () => {
    await using rig = new AgentRig()
    const variables: Variable[] = [{ name: 'INPUT_ALL', value: { kind: 'gather', name: 'a', items: [] } }]
    const { stdout } = await rig.run({ script: 'cat "$INPUT_ALL/items.json"', variables })
    expect(stdout).toBe('[]\n')
  })
})

describe('an input that is not what its manifest says', () => {
  it('fails the clone before its command when its contents were changed', async () => {
    await using rig = new AgentRig()
    const variables = [await fileVariable(rig, '{"a":1}')]
    rig.corrupt('blobs/a', '{"a":2}')
    const ended = await rig.run({ script: 'touch "$READY"', variables })
    expect(failureOf(ended)).toMatchObject({ cause: 'bad-input', exitCode: null })
    expect(failureOf(ended).evidence).toMatch(
      /^INPUT_RULES: object blobs\/a has SHA-256 [0-9a-f]{64} instead of [0-9a-f]{64}$/,
    )
    expect(ended.report?.times.runningS).toBeNull()
  })

  it('fails the clone when it was cut, large ones too', async () => {
    await using rig = new AgentRig()
    const variables = [await fileVariable(rig, 'x'.repeat(3_000_000))]
    rig.corrupt('blobs/a', 'x'.repeat(2_999_999))
    const cut = await rig.run({ variables })
    expect(failureOf(cut).evidence).toBe('INPUT_RULES: object blobs/a has 2999999 bytes instead of 3000000')
    rig.corrupt('blobs/a', `${'x'.repeat(2_999_999)}y`)
    const changed = await rig.run({ variables })
    expect(failureOf(changed).evidence).toContain('has SHA-256')
  })

  it('fails the clone when it is missing', async () => {
    await using rig = new AgentRig()
    const file = { object: 'blobs/none', sha256: '0'.repeat(64), bytes: 1 }
    const ended = await rig.run({ variables: [{ name: 'INPUT_A', value: { kind: 'file', name: 'a', file } }] })
    expect(failureOf(ended)).toMatchObject({ cause: 'bad-input', evidence: 'INPUT_A: object blobs/none is missing' })
  })

  it.each(['../a', 'a/../../b', '/etc/a', '', '.', 'a\0b'])(
    'is refused before anything is written at %j',
    async (path) => {
      await using rig = new AgentRig()
      const file = await rig.object('blobs/a', 'x')
      const output: StagedOutput = { type: 'directory', folder: 'd', bytes: 1, files: [{ path, ...file }] }
      const named = await rig.run({ variables: [{ name: 'INPUT_A', value: { kind: 'file', name: path, file } }] })
      const inside = await rig.run({ variables: [{ name: 'INPUT_A', value: { kind: 'output', name: 'd', output } }] })
      expect([failureOf(named).cause, failureOf(inside).cause]).toStrictEqual(['bad-input', 'bad-input'])
    },
  )
})
