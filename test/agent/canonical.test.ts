import { describe, expect, it } from 'vitest'
import { sha256 } from '#core/hash.ts'
import type { Output } from '#core/workflow/workflow.ts'
import { AgentRig, claimOf, failureOf } from './agent-rig.ts'

const json: Output = { path: 'a.json', type: 'json', optional: false }

async function runWith(script: string, canonical = true) {
  await using rig = new AgentRig()
  return await rig.run({ script, canonical, outputs: { a: json, b: { path: 'b', type: 'file', optional: true } } })
}

describe('a JSON output that is compared with others', () => {
  it('has the hash of its canonical form, whatever the order of keys, spaces and spelling of numbers', async () => {
    const one = claimOf(await runWith(`printf '{ "b": 1.0, "a": [1e2, "\\\\u0041"] }' > "$OUTPUT_A"`))['a']
    const other = claimOf(await runWith(`printf '{"a":[100,"A"],"b":1}' > "$OUTPUT_A"`))['a']
    expect(one).toMatchObject({ canonical: sha256('{"a":[100,"A"],"b":1}') })
    expect(other).toMatchObject({ canonical: sha256('{"a":[100,"A"],"b":1}') })
  })

  it('has none when nothing is compared, nor has a file', async () => {
    const script = 'echo 1 > "$OUTPUT_A"; echo 1 > "$OUTPUT_B"'
    expect(claimOf(await runWith(script, false))['a']).not.toHaveProperty('canonical')
    expect(claimOf(await runWith(script))['b']).not.toHaveProperty('canonical')
  })

  it.each([
    ['a number too great', `echo '[1e400]' > "$OUTPUT_A"`, 'has no canonical form (RFC 8785): Infinity is not allowed'],
    [
      'half a character',
      String.raw`echo '["\\ud800"]' > "$OUTPUT_A"`,
      'has no canonical form (RFC 8785): Lone surrogate is not allowed',
    ],
    [
      'more than 16 MiB',
      `printf '"%016777215d"' 0 > "$OUTPUT_A"`,
      'is too large: found 16,777,217, the limit is 16,777,216 bytes of a `json` output that a `quorum` compares (`comparedBytes`): use a file',
    ],
  ])('is refused with %s', async (_, script, why) => {
    expect(failureOf(await runWith(script))).toMatchObject({ cause: 'bad-output', evidence: `output a: a.json ${why}` })
  })

  it('may have 16 MiB', async () => {
    const ended = await runWith(`printf '"%016777214d"' 0 > "$OUTPUT_A"`)
    expect(claimOf(ended)['a']).toMatchObject({ bytes: 16 * 1024 ** 2, canonical: expect.any(String) as unknown })
  })
})
