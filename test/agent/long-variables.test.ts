import { describe, expect, it } from 'vitest'
import type { LongVariable, VariableValue } from '#contract/clone-api.ts'
import { AgentRig, failureOf } from './agent-rig.ts'

async function stored(rig: AgentRig, value: VariableValue): Promise<readonly LongVariable[]> {
  return [{ name: 'INPUT_ALL', value: await rig.object('blobs/list', JSON.stringify(value)) }]
}

describe('a variable whose value is an object', () => {
  it('is staged as one that came with the assignment', async () => {
    await using rig = new AgentRig()
    const output = { type: 'json' as const, ...(await rig.object('o/0', '7')) }
    const items = [{ index: 0, key: 'k', value: null, state: 'committed', output }]
    const longVariables = await stored(rig, { kind: 'gather', name: 'n.json', items })
    const script = 'echo "$PARAM_A"; cd "$INPUT_ALL"; cat items.json 0-n.json'
    const variables = [{ name: 'PARAM_A', value: { kind: 'text', text: 'short' } as const }]
    const { stdout } = await rig.run({ script, variables, longVariables })
    expect(stdout).toBe('short\n[{"index":0,"key":"k","value":null,"state":"committed","path":"0-n.json"}]\n7')
  })

  it('that is gone is an input that is bad', async () => {
    await using rig = new AgentRig()
    const value = { object: 'blobs/gone', sha256: '0'.repeat(64), bytes: 1 }
    const ended = await rig.run({ longVariables: [{ name: 'INPUT_ALL', value }] })
    expect(failureOf(ended)).toMatchObject({ cause: 'bad-input', evidence: expect.stringContaining('is missing') })
  })

  it('that was changed is one too, and is not read', async () => {
    await using rig = new AgentRig()
    const [one] = await stored(rig, { kind: 'text', text: 'x' })
    const longVariables = [{ name: 'INPUT_ALL', value: { ...one!.value, sha256: '0'.repeat(64) } }]
    const ended = await rig.run({ longVariables })
    expect(failureOf(ended)).toMatchObject({ cause: 'bad-input', evidence: expect.stringContaining('was changed') })
  })
})
