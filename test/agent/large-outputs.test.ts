import { describe, expect, it } from 'vitest'
import type { Output } from '#core/workflow/workflow.ts'
import { AgentRig, claimOf, failureOf } from './agent-rig.ts'

const mebibyte = 1024 ** 2
/** Lines of 1,000 bytes, each a JSON string and a comma: more than is read at once. */
const rows = `yes "\\"$(printf '%0996d' 0)\\"," | head -n 70000`

async function runWith(output: Partial<Output>, script: string) {
  await using rig = new AgentRig()
  return await rig.run({ script, outputs: { a: { path: 'a', type: 'json', optional: false, ...output } } })
}

describe('an output that is too large to be read at once', { timeout: 30_000 }, () => {
  it('is read through as JSON', async () => {
    const ended = await runWith({}, `{ printf '['; ${rows}; printf '{"é":1.5e3}]'; } > "$OUTPUT_A"`)
    expect(claimOf(ended)['a']).toMatchObject({ type: 'json', bytes: 70_000_000 + 14 })
  })

  it.each([
    [
      'it is cut off',
      `{ printf '['; ${rows}; } > "$OUTPUT_A"`,
      /^output a: a is not JSON: it ends \(character 70000002\)/,
    ],
    [
      'a string has more than 1 MiB',
      `{ printf '["%02000000d",' 0; ${rows}; printf '0]'; } > "$OUTPUT_A"`,
      /^output a: a is not JSON: a string or number has more than 1 MiB \(character 2\)/,
    ],
  ])('is refused when %s, with the place', async (_, script, why) => {
    const failure = failureOf(await runWith({}, script))
    expect(failure).toMatchObject({ cause: 'bad-output' })
    expect(failure.evidence).toMatch(why)
  })

  it('is read through as a text', async () => {
    const script = `head -c ${65 * mebibyte} /dev/zero | tr '\\0' x > "$OUTPUT_A"`
    expect(claimOf(await runWith({ type: 'text' }, `${script}; printf é >> "$OUTPUT_A"`))['a']).toMatchObject({
      bytes: 65 * mebibyte + 2,
    })
    expect(failureOf(await runWith({ type: 'text' }, `${script}; printf '\\303' >> "$OUTPUT_A"`)).evidence).toBe(
      'output a: a is not UTF-8',
    )
  })
})

describe('an output beyond its limit is refused with its size and the name of the limit', () => {
  it.each<[string, Partial<Output>, number, string]>([
    ['json', {}, 256 * mebibyte + 1, 'found 268,435,457, the limit is 268,435,456 .* \\(`textBytes`\\): use a file'],
    ['text', { type: 'text' }, 256 * mebibyte + 1, 'found 268,435,457, .* \\(`textBytes`\\): use a file'],
    [
      'json with a schema',
      { schema: { type: 'array' } },
      64 * mebibyte + 1,
      'found 67,108,865, the limit is 67,108,864 .* \\(`schemaBytes`\\): use a file',
    ],
  ])('%s', async (_, output, bytes, why) => {
    const failure = failureOf(await runWith(output, `truncate -s ${bytes} "$OUTPUT_A"`))
    expect(failure).toMatchObject({ cause: 'bad-output', confidence: 'certain' })
    expect(failure.evidence).toMatch(new RegExp(`^output a: a is too large: ${why}$`))
  })
})
