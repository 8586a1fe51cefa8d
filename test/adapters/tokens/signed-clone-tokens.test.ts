import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signedCloneTokens, type TokenKey } from '#adapters/tokens/signed-clone-tokens.ts'
import { completedToken } from '#contract/completed-token.ts'
import { parseRunId, type RunId } from '#core/run/ids.ts'
import type { CloneClaims } from '#ports/clone-tokens.ts'

const keyOf = (id: string, byte: number): TokenKey => ({ id, secret: new Uint8Array(32).fill(byte) })
const a = keyOf('a', 1)
const b = keyOf('b', 2)
const tokens = signedCloneTokens([a])
const claims: CloneClaims = {
  slot: { run: parseRunId('run_0123456789abcdefghij')!, task: 'clean[3]', attempt: 1, clone: 0 },
  job: 'forkcast-job',
  expiresAtMs: 1_000,
}

const plain = { noNullPrototype: true }
const anyClaims = fc.record(
  {
    slot: fc.record(
      {
        run: fc.stringMatching(/^run_[0-9a-z]{8,40}$/) as fc.Arbitrary<RunId>,
        task: fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,62}(\[\d{1,6}\])?$/),
        attempt: fc.integer({ min: 1, max: 1_000 }),
        clone: fc.nat(10),
      },
      plain,
    ),
    job: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }),
    expiresAtMs: fc.integer({ min: 1, max: 2 ** 50 }),
  },
  plain,
)

it('a token says what was put into it, until it expires', () => {
  fc.assert(
    fc.property(anyClaims, (said) => {
      const token = tokens.issue(said)
      expect(token).toMatch(/^[\w.-]+$/)
      expect(tokens.read(token, said.expiresAtMs - 1)).toStrictEqual(said)
      expect(tokens.read(token, said.expiresAtMs)).toBeUndefined()
    }),
  )
})

it('a token has one spelling: with any letter changed, left out or added it says nothing', () => {
  const token = tokens.issue(claims)
  const letter = fc.constantFrom(
    'A',
    'B',
    'Y',
    'Z',
    'a',
    'z',
    '0',
    '9',
    '-',
    '_',
    '.',
    '=',
    '+',
    '/',
    ' ',
    '\n',
    '\0',
    'é',
  )
  fc.assert(
    fc.property(fc.nat(token.length), fc.nat(2), letter, (at, left, put) => {
      const other = `${token.slice(0, at)}${put}${token.slice(at + left)}`
      expect(tokens.read(other, 0)).toStrictEqual(other === token ? claims : undefined)
    }),
    { numRuns: 500 },
  )
  for (let length = 0; length < token.length; length += 1) {
    expect(tokens.read(token.slice(0, length), 0)).toBeUndefined()
  }
})

it('whatever a text is, it is no token', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => tokens.read(text, 0) === undefined))
})

it('of the longest names it is short enough for an environment variable of a job', () => {
  const slot = { ...claims.slot, run: parseRunId(`run_${'z'.repeat(40)}`)!, task: `${'t'.repeat(63)}[9999]` }
  expect(tokens.issue({ slot, job: 'j'.repeat(128), expiresAtMs: 2 ** 50 }).length).toBeLessThan(600)
})

describe('keys in turn', () => {
  it('the first signs, all are believed', () => {
    const both = signedCloneTokens([b, a])
    expect(both.read(tokens.issue(claims), 0)).toStrictEqual(claims)
    expect(tokens.read(both.issue(claims), 0)).toBeUndefined()
    expect(signedCloneTokens([b]).read(both.issue(claims), 0)).toStrictEqual(claims)
  })

  it('a key that was taken out is believed no more', () => {
    expect(signedCloneTokens([b]).read(tokens.issue(claims), 0)).toBeUndefined()
  })

  it('a key under the id of another one is not believed', () => {
    expect(signedCloneTokens([{ ...b, id: 'a' }]).read(tokens.issue(claims), 0)).toBeUndefined()
  })

  it('the id is signed too', () => {
    const both = signedCloneTokens([a, { ...a, id: 'c' }])
    expect(both.read(tokens.issue(claims).replace('.a.', '.c.'), 0)).toBeUndefined()
  })

  it.each([
    ['none', []],
    ['two of one id', [a, keyOf('a', 3)]],
    ['a short one', [{ id: 'a', secret: new Uint8Array(31) }]],
    ['an id with a dot', [keyOf('a.b', 1)]],
  ])('%s is refused, without its secret in the words', (_, keys) => {
    expect(() => signedCloneTokens(keys)).toThrow(/^(no key|two keys|key a has|the id of)/)
  })
})

describe('a token of an array', () => {
  const ofArray = {
    array: 'run_0123456789abcdefghij-clean-0',
    run: claims.slot.run,
    members: 'clean[0-9]/1/0 -1 list/2/1',
    expiresAtMs: 1_000,
  }
  const token = tokens.issueToArray(ofArray)

  it('says of each index who has it, until it expires', () => {
    const { run } = claims.slot
    const job = (index: number) => `${ofArray.array}:${index}`
    const third = { slot: { run, task: 'clean[3]', attempt: 1, clone: 0 }, job: job(3), expiresAtMs: 1_000 }
    expect(tokens.read(completedToken(token, 3), 999)).toStrictEqual(third)
    expect(tokens.read(completedToken(token, 3), 1_000)).toBeUndefined()
    const last = { slot: { run, task: 'list', attempt: 2, clone: 1 }, job: job(11), expiresAtMs: 1_000 }
    expect(tokens.read(completedToken(token, 11), 0)).toStrictEqual(last)
  })

  it.each(['', '.', '.10', '.12', '.03', '.3.', '.3.3', '. 3', '.-3', '.3e0', '.99999', '.100000'])(
    'says nothing with %j behind it',
    (behind) => {
      expect(tokens.read(`${token}${behind}`, 0)).toBeUndefined()
    },
  )

  it('is no longer than it may be with the longest list of members', () => {
    const members = Array.from({ length: 60 }, (_, index) => `${'x'.repeat(30)}${index}[${index}]/1/0`).join(' ')
    const long = tokens.issueToArray({ ...ofArray, members: members.slice(0, members.lastIndexOf(' ', 2_500)) })
    expect(tokens.read(completedToken(long, 0), 0)).toBeDefined()
    expect(long.length).toBeLessThan(3_800)
  })
})
