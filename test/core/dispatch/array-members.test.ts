import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isMembersText, type Member, memberAt, membersText } from '#core/dispatch/array-members.ts'

const task = fc.stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,8}(\[\d{1,6}\])?$/).map(asWritten)
const place = fc.record({ task, attempt: fc.integer({ min: 1, max: 30 }), clone: fc.nat(9) }, { noNullPrototype: true })
const anyMembers = fc.array(fc.oneof({ weight: 9, arbitrary: place }, fc.constant(null)), {
  minLength: 1,
  maxLength: 40,
})
/** Instances of few tasks, as frontiers are. */
const instances = fc.array(
  fc.record({ of: fc.constantFrom('A', 'B-1'), index: fc.nat(30), clone: fc.nat(1) }).map(({ of, index, clone }) => {
    return { task: `${of}[${index}]`, attempt: 1, clone }
  }),
  { minLength: 1, maxLength: 60 },
)

/** Without leading zeros, which no instance has. */
function asWritten(text: string): string {
  return text.replace(/\[(\d+)\]$/, (_, digits: string) => `[${Number(digits)}]`)
}

function read(text: string): readonly Member[] {
  const members: Member[] = []
  for (let at = memberAt(text, 0); at !== undefined; at = memberAt(text, members.length)) members.push(at)
  return members
}

const at = (name: string, clone = 0): Member => ({ task: name, attempt: 1, clone })

describe('the members of an array as a text', () => {
  it('are the same when they are read again, each by its index, and no more of them', () => {
    fc.assert(
      fc.property(fc.oneof(anyMembers, instances), (members) => {
        const text = membersText(members)
        expect(isMembersText(text)).toBe(true)
        expect(read(text)).toStrictEqual(members)
      }),
    )
  })

  it.each<[string, readonly Member[]]>([
    ['A[0-2]/1/0', [at('A[0]'), at('A[1]'), at('A[2]')]],
    ['A[0-1,4]/1/0 A[0]/1/1 B/1/0', [at('A[0]'), at('A[1]'), at('A[4]'), at('A[0]', 1), at('B')]],
    ['A/1/0 -2 A[7]/1/0', [at('A'), null, null, at('A[7]')]],
    ['A[1,0]/1/0', [at('A[1]'), at('A[0]')]],
  ])('are %s', (text, members) => {
    expect(membersText(members)).toBe(text)
    expect(read(text)).toStrictEqual(members)
  })

  it('are short where they are the instances of one task: 10,000 in 13 letters', () => {
    const text = membersText(Array.from({ length: 10_000 }, (_, index) => at(`A[${index}]`)))
    expect(text).toBe('A[0-9999]/1/0')
    expect([memberAt(text, 9_999), memberAt(text, 10_000)]).toStrictEqual([at('A[9999]'), undefined])
  })

  it.each([
    '',
    ' ',
    'A',
    'A/1',
    'A/1/0 ',
    'A[]/1/0',
    'A[1-]/1/0',
    'A[x]/1/0',
    '-',
    '../1/0',
    'A[0-1]/1/0,B/1/0',
    '1/1/0',
  ])('are not %j', (text) => {
    expect(isMembersText(text)).toBe(false)
  })

  it('are nobody where the text has another form', () => {
    expect(memberAt('A/1/0 A[]/1/0', 1)).toBeUndefined()
  })
})
