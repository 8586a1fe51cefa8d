import fc from 'fast-check'
import { expect, it } from 'vitest'
import { logBegin, logCursor, logPositions } from '#adapters/aws/log-cursor.ts'

const positions = fc.array(fc.record({ start: fc.nat(), taken: fc.nat(9_999) }, { noNullPrototype: true }), {
  minLength: logBegin.length,
  maxLength: logBegin.length,
})

it('is read as it was written', () => {
  fc.assert(
    fc.property(positions, (written) => {
      expect(logPositions(logCursor(written))).toStrictEqual(written)
    }),
  )
  expect(logPositions(logCursor(logBegin))).toStrictEqual(logBegin)
})

it.each([
  '',
  '0',
  '1.2.3',
  '0.0.0.0.0.0.0.x',
  '0.0.0.0.0.0.0.0.0',
  '-1.0.0.0.0.0.0.0',
  '1e9.0.0.0.0.0.0.0',
  '0.0.0.0.0.0.0.0+0',
])('refuses what is none: "%s"', (text) => {
  expect(() => logPositions(text)).toThrow(RangeError)
})
