import canonicalize from 'canonicalize'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalBytes, canonicalHash, sha256, sha256OfParts, stableHash } from '#core/hash.ts'

const decoder = new TextDecoder()

/** Any JSON value whose texts are well-formed; keys include those that JavaScript puts into an order of its own. */
const json = fc.jsonValue({ stringUnit: 'grapheme', depthSize: 'medium' })

describe('the canonical form', () => {
  it('is the example of RFC 8785', () => {
    const value = {
      numbers: [333333333.3333333, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    }
    expect(decoder.decode(canonicalBytes(value))).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
  })

  it('is what the library writes, whatever the order of keys', () => {
    fc.assert(
      fc.property(json, (value) => {
        expect(decoder.decode(canonicalBytes(value))).toBe(canonicalize(value))
        expect(decoder.decode(canonicalBytes(sorted(value)))).toBe(canonicalize(value))
      }),
    )
  })

  it('leaves out keys that are undefined', () => {
    expect(canonicalHash({ a: 1, b: undefined })).toBe(canonicalHash({ a: 1 }))
    expect(canonicalHash({ b: undefined, a: 1 })).toBe(canonicalHash({ a: 1 }))
  })

  it.each([[undefined], ['\ud800'], [{ '\ud800': 1 }], [Number.NaN], [[Infinity]]])(
    'does not exist for %o',
    (value) => {
      expect(() => canonicalBytes(value)).toThrow(Error)
    },
  )
})

it('hashes text as UTF-8', () => {
  const expected = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
  expect(sha256('')).toBe(expected)
  expect(stableHash('')).toBe(expected)
  expect(sha256(new TextEncoder().encode('é'))).toBe(sha256('é'))
})

it('hashes content that comes in parts as the whole of it', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), (parts) => {
      const hash = sha256OfParts()
      for (const part of parts) hash.add(part)
      expect(hash.digest()).toBe(sha256(Uint8Array.from(parts.flatMap((part) => [...part]))))
    }),
  )
})

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]))
}
