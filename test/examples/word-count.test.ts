import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { addCounts, mostCommon, parseCounts } from '../../examples/wordcount/counts.mjs'

const folder = new URL('../../examples/wordcount/', import.meta.url)

describe('the shell tools', () => {
  const files = readdirSync(new URL('texts/', folder)).filter((file) => file.endsWith('.txt'))

  it('list the texts as JSON', () => {
    const names: unknown = JSON.parse(execFileSync('sh', ['list.sh'], { cwd: folder, encoding: 'utf8' }))
    expect(names).toStrictEqual(files.map((file) => file.replace('.txt', '')).sort())
  })

  it.each(files)('count the words of %s', (file) => {
    const words =
      readFileSync(new URL(`texts/${file}`, folder), 'utf8')
        .toLowerCase()
        .match(/[a-z](?:[a-z']*[a-z])?/g) ?? []
    const expected = new Map(
      [...new Set(words)].sort().map((word) => [word, words.filter((other) => other === word).length]),
    )
    const printed = execFileSync('sh', ['count.sh', `texts/${file}`], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, LC_ALL: 'C' },
    })
    expect(parseCounts(printed)).toStrictEqual(expected)
  })
})

describe('addCounts', () => {
  it('adds the counts of each word', () => {
    const total = addCounts([parseCounts('a\t2\nb\t1\n'), parseCounts('b\t3\nc\t1\n')])
    expect(total).toStrictEqual(
      new Map([
        ['a', 2],
        ['b', 4],
        ['c', 1],
      ]),
    )
  })
})

describe('mostCommon', () => {
  it('orders by count, then by word, and leaves out short words', () => {
    const counts = new Map([
      ['of', 9],
      ['light', 2],
      ['dark', 2],
      ['hope', 3],
    ])
    expect(mostCommon(counts, { limit: 3, shortest: 3 })).toStrictEqual([
      { word: 'hope', count: 3 },
      { word: 'dark', count: 2 },
      { word: 'light', count: 2 },
    ])
  })
})
