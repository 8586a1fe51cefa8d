import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { didYouMean } from '#core/workflow/did-you-mean.ts'
import { environmentName } from '#core/workflow/environment-name.ts'
import { beyondLimit, grouped, LIMITS } from '#core/workflow/limits.ts'
import { escaped, quoted } from '#core/workflow/quoted.ts'
import { terminalWidth } from '#core/workflow/terminal-width.ts'
import { utf8Length } from '#core/workflow/utf8-length.ts'

describe('what may have been meant', () => {
  it.each([
    ['image_', ['image', 'inputs'], 'image'],
    ['prioritty', ['priority', 'params'], 'priority'],
    ['CLEAN', ['clean', 'claim'], 'clean'],
    ['claen', ['list', 'clean'], 'clean'],
    ['a', ['b', 'c'], 'b'],
    ['ab', ['cd'], undefined],
    ['window', [], undefined],
    ['window', ['report', 'w'], undefined],
    ['timeout', ['timeoutt', 'timeout'], 'timeout'],
  ])('%s of %o is %s', (word, candidates, expected) => {
    expect(didYouMean(word, candidates)).toBe(expected)
  })

  it('is not looked for among too many', () => {
    const candidates = Array.from({ length: 1_000 }, (_, index) => `candidate${index}`)
    expect(didYouMean('window', [...candidates, 'window'])).toBeUndefined()
  })

  it('is a word itself, and a word with two letters swapped', () => {
    const word = fc.stringMatching(/^[a-z]{4,12}$/)
    fc.assert(
      fc.property(word, fc.nat(), (meant, place) => {
        const at = place % (meant.length - 1)
        const swapped = meant.slice(0, at) + meant.charAt(at + 1) + meant.charAt(at) + meant.slice(at + 2)
        expect(didYouMean(meant, ['~~~~~~~~~~~~~~~~', meant])).toBe(meant)
        expect(didYouMean(swapped, [meant])).toBe(meant)
      }),
    )
  })
})

describe('text in a message', () => {
  it('is in backticks, short, and without anything that steers a terminal', () => {
    expect(quoted('clean')).toBe('`clean`')
    expect(quoted('')).toBe('`""`')
    expect(quoted({ a: [1] })).toBe('`{"a":[1]}`')
    expect(quoted(undefined)).toBe('`undefined`')
    expect(quoted('x'.repeat(99))).toBe(`\`${'x'.repeat(59)}…\``)
    expect(escaped('a\u001b[0m\n\u202e\ud800é日🎉')).toBe('a\\u{1b}[0m\\u{a}\\u{202e}\\u{d800}é日🎉')
  })

  it('is as wide as a terminal shows it', () => {
    expect(['abc', '日本', 'e\u0301', '🎉', '👩‍👩‍👧', '\u200d', ''].map(terminalWidth)).toStrictEqual([3, 4, 1, 2, 2, 0, 0])
  })

  it('has as many bytes as its UTF-8', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length)
      }),
    )
  })
})

describe('limits', () => {
  it('say their name, what is there and what may be', () => {
    expect(beyondLimit('`tasks`', 1_234_567, 'tasks')).toBe(
      '`tasks`: found 1,234,567, the limit is 100,000 tasks (`tasks`)',
    )
    expect([0, 999, 1_000, 12_345_678].map(grouped)).toStrictEqual(['0', '999', '1,000', '12,345,678'])
  })

  it('have a value, a unit and a reason each', () => {
    for (const { value, unit, why } of Object.values(LIMITS)) {
      expect(value).toBeGreaterThan(0)
      expect(unit).not.toBe('')
      expect(why).not.toBe('')
    }
  })
})

it('a name becomes a variable in capitals', () => {
  expect(environmentName('input', 'my-rules_2')).toBe('INPUT_MY_RULES_2')
  expect(environmentName('each', 'n')).toBe('EACH_N')
})
