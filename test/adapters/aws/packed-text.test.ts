import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packText, unpackText } from '#adapters/aws/packed-text.ts'
import type { RunId } from '#core/run/ids.ts'
import { task, workflowOf } from '../../builders/dag.ts'
import { rig } from '../../builders/rig.ts'
import { leaves } from '../../operations/drawn.ts'

const run = `run_${'0123456789abcdef'.repeat(2)}`

/** As long as the longest token of Step Functions that was seen, and as little to be guessed. */
const token = Array.from({ length: 9 }, (_, part) => createHash('sha512').update(String(part)).digest('base64'))
  .join('')
  .slice(0, 728)

describe('a packed text', () => {
  it('is read as it was written, whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(unpackText(run, packText(run, text))).toBe(text.toWellFormed())
      }),
    )
  })

  it('of a slot with its token and claim leaves room for keys in the one KB that a write is billed by', async () => {
    const engine = rig(() => ({ takesS: 10, outputs: { out: { rows: 42 } } }))
    const { id } = await engine.run(workflowOf([task('clean', { outputs: leaves('out') })]))
    const slot = await engine.slot(id as RunId, 'clean/1/0')
    expect(slot.claim).not.toBeNull()
    const text = JSON.stringify({ ...slot, token })
    expect(text.length).toBeGreaterThan(1_700)
    expect(packText(id, text).byteLength).toBeLessThan(1_024 - 110)
  })

  it('in a form of another version is refused', () => {
    const packed = packText(run, '{"state":"won"}')
    expect(() => unpackText(run, Uint8Array.of(2, ...packed.subarray(1)))).toThrow('in form 2')
  })
})
