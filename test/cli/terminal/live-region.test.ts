import { describe, expect, it } from 'vitest'
import { line } from '#cli/terminal/line.ts'
import { LiveRegion } from '#cli/terminal/live-region.ts'
import type { Look } from '#cli/terminal/look.ts'
import { symbols } from '#cli/terminal/symbols.ts'
import { FakeStream } from '../fakes/fake-host.ts'

const look: Look = { colour: false, symbols, terminal: true, live: true }

/** A region of 20 columns that has drawn `before`, and what it writes for `after`. */
function rewritten(before: readonly string[], after: readonly string[], columns = 20): string {
  const stream = new FakeStream()
  stream.asTerminal(20, 10)
  const region = new LiveRegion(stream, look)
  region.draw(before.map((text) => line(text)))
  stream.text = ''
  stream.columns = columns
  region.draw(after.map((text) => line(text)))
  return stream.text
}

describe('a live region', () => {
  it('hides the cursor with the first frame and shows it at the end', () => {
    const stream = new FakeStream()
    stream.asTerminal(20, 10)
    const region = new LiveRegion(stream, look)
    region.draw([line('a')])
    region.end()
    expect(stream.text).toBe('\u001b[?25l\r\u001b[Ja\n\u001b[?25h')
  })

  it('writes nothing when nothing changed', () => {
    expect(rewritten(['a', 'b'], ['a', 'b'])).toBe('')
  })

  it('writes only the lines that changed', () => {
    expect(rewritten(['a', 'b', 'c'], ['a', 'B', 'c'])).toBe('\u001b[2A\u001b[2KB\n\n')
  })

  it('grows downwards', () => {
    expect(rewritten(['a'], ['a', 'b'])).toBe('\u001b[2Kb\n')
  })

  it('clears what is left over when it shrinks', () => {
    expect(rewritten(['a', 'b', 'c'], ['a'])).toBe('\u001b[2A\u001b[J')
  })

  it('cuts lines at the right edge, so that none is wrapped', () => {
    expect(rewritten([], ['x'.repeat(30)])).toBe(`\u001b[2K${'x'.repeat(19)}…\n`)
  })

  it('draws afresh from where wrapped lines begin when the terminal is made narrower', () => {
    expect(rewritten(['x'.repeat(15), 'b'], ['x', 'b'], 10)).toBe('\u001b[3A\r\u001b[Jx\nb\n')
  })

  it('gives nothing back that it never took', () => {
    const stream = new FakeStream()
    new LiveRegion(stream, look).end()
    expect(stream.text).toBe('')
  })
})
