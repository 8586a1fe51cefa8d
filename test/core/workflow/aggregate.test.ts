import { describe, expect, it } from 'vitest'
import { diagnosticsIn, errorsWith, taskWith } from './checked.ts'

const SCORE = 'outputs: { score: { path: score.json }, log: { path: log.txt } }'

describe('which result counts', () => {
  it.each([
    ['aggregate: first', { policy: 'first' }],
    ['aggregate: { policy: first }', { policy: 'first' }],
    ['clones: 2, aggregate: mean', { policy: 'mean' }],
    ['clones: 2, aggregate: { policy: mean }', { policy: 'mean' }],
    ['clones: 3, aggregate: { policy: median, min: 3 }', { policy: 'median', min: 3 }],
    ['clones: 2, aggregate: all', { policy: 'all' }],
    ['clones: 3, aggregate: { policy: quorum, of: 3 }', { policy: 'quorum', of: 3 }],
    ['clones: auto, aggregate: { policy: quorum, of: 3 }', { policy: 'quorum', of: 3 }],
    ['variants: { a: {}, b: {} }, aggregate: { policy: quorum, of: 2 }', { policy: 'quorum', of: 2 }],
    [
      `clones: 2, ${SCORE}, aggregate: { policy: best, output: score, goal: max, min: 1 }`,
      { policy: 'best', output: 'score', goal: 'max', min: 1 },
    ],
    ['clones: 2, aggregate: { policy: all, x-note: a }', { policy: 'all' }],
  ])('%s', (fields, expected) => {
    expect(taskWith(fields).aggregate).toStrictEqual(expected)
  })

  it.each([
    ['aggregate: mean', 'WF-CONFLICT 7:21 task `t` has one clone, and `mean` is of several'],
    ['variants: { a: {} }, aggregate: all', 'has one clone, and `all` is of several'],
    ['clones: auto, aggregate: mean', 'WF-CONFLICT 7:21 task `t` has `clones: auto`'],
    ['clones: 2, aggregate: { policy: quorum, of: 3 }', '7:61 task `t` needs 3 results, and has 2 clones'],
    ['clones: 2, aggregate: { policy: mean, min: 3 }', 'needs 3 results, and has 2 clones → write `min` of at most 2'],
    ['clones: auto, aggregate: { policy: quorum, of: 10 }', 'has `clones: auto`, and `quorum` needs to know'],
    ['clones: 2, aggregate: { policy: quorum, of: 11 }', 'write a whole number from 1 to 10'],
    ['clones: 2, aggregate: { policy: quorum }', '`aggregate` of task `t` has no `of` → add `of`: a whole number'],
    [
      'clones: 2, aggregate: { policy: mean, of: 2 }',
      'unknown key `of` in `aggregate` of task `t` → use one of `policy`, `min`',
    ],
    [
      'clones: 2, aggregate: { policy: quorum, off: 2, of: 1 }',
      'unknown key `off` in `aggregate` of task `t` → did you mean `of`?',
    ],
    ['clones: 2, aggregate: { policy: mode }', 'cannot be `mode` → write one of `first`, `quorum`, `mean`'],
    ['clones: 2, aggregate: {}', 'has no `policy` → add `policy`: one of `first`, `quorum`'],
    ['clones: 2, aggregate: best', 'cannot be `best` → write `first`, `mean`, `median`, `all`, `{ policy: quorum'],
    ['clones: 2, aggregate: quorum', 'cannot be `quorum` → write `first`'],
    [
      `clones: 2, ${SCORE}, aggregate: { policy: best, output: score }`,
      'has no `goal` → add `goal`: one of `min`, `max`',
    ],
    [
      `clones: 2, ${SCORE}, aggregate: { policy: best, output: scor, goal: min }`,
      'WF-UNKNOWN-OUTPUT 7:133 task `t` has no output `scor` → did you mean `score`?',
    ],
    ['clones: 2, aggregate: { policy: best, output: zzzz, goal: min }', 'has no output `zzzz` → name a `json` output'],
    [
      `clones: 2, ${SCORE}, aggregate: { policy: best, output: log, goal: min }`,
      'output `log` of task `t` is a file, and `best` compares numbers in JSON',
    ],
    [
      'clones: 2, aggregate: mean, hedge: { after: 5s }',
      'waits for every clone with `mean`, so `hedge` would make nothing faster',
    ],
    ['idempotent: false, aggregate: all', 'is not idempotent, so there is one result, and no `all` of several'],
  ])('%s', (fields, message) => {
    const errors = errorsWith(fields)
    expect(errors).toHaveLength(1)
    expect(errors[0]).toMatch(message)
  })

  it.each([
    ['clones: 99, aggregate: mean'],
    ['clones: 99, aggregate: { policy: quorum, of: 2 }'],
    ['variants: { a: {}, b: { run: [] } }, aggregate: mean'],
    ['clones: 2, outputs: { score: { path: 1 } }, aggregate: { policy: best, output: score, goal: min }'],
  ])('is not wrong because something else is: %s', (fields) => {
    expect(errorsWith(fields).map((error) => error.split(' ')[0])).toStrictEqual(['WF-VALUE'])
  })

  it('is counted only, among very many errors', () => {
    const fields = `clones: 2, ${SCORE}, aggregate: { policy: best, output: scor, goal: min }`
    const wrong = Array.from({ length: 1_000 }, (_, n) => `k${n}: 1`).join('\n')
    expect(errorsWith(fields, wrong).at(-1)).toMatch('and 901 more')
  })

  it('takes clones from what is said for all tasks', () => {
    expect(taskWith('aggregate: median', 'defaults: { clones: 3 }').clones).toBe(3)
    expect(errorsWith('aggregate: median', 'defaults: { clones: auto }')).toStrictEqual([
      expect.stringContaining('WF-CONFLICT 7:21 task `t` has `clones: auto`, and `median` needs to know'),
    ])
  })

  it('has no standby clone where all are waited for', () => {
    const hedge = (fields: string, head = '') => taskWith(`clones: 2, ${fields}`, head).hedge.kind
    expect(['mean', 'median', 'all'].map((policy) => hedge(`aggregate: ${policy}`))).toStrictEqual([
      'off',
      'off',
      'off',
    ])
    expect(hedge('aggregate: mean, hedge: auto')).toBe('off')
    expect(hedge('aggregate: mean', 'defaults: { hedge: { after: 5s } }')).toBe('off')
    expect(hedge('aggregate: { policy: quorum, of: 2 }, hedge: { after: 5s }')).toBe('after')
    expect(hedge('aggregate: { policy: quorum, of: 2 }')).toBe('auto')
  })

  it('makes lists of JSON and directories of everything else, with `all`', () => {
    const text = (forEach: string) =>
      `apiVersion: forkcast/v1\nname: a\ntasks:\n  a: { run: x, clones: 2, aggregate: all, ${SCORE} }\n  b: { run: x, forEach: { n: { from: ${forEach} } } }\n`
    expect(diagnosticsIn(text('a.score'))).toStrictEqual([])
    expect(diagnosticsIn(text('a.log'))[0]?.message).toBe(
      '`a.log` is a directory, and a task is repeated over a JSON array',
    )
  })
})
