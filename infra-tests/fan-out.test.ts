import { describe, expect, it, onTestFailed } from 'vitest'
import { controlPlane, ended, outputOf, submitted } from './deployed.ts'

const width = 300
const resources = { memory: '64MiB' }

describe('a wide run', () => {
  //  part[0] … part[299] ─▶ sum
  it(`fans out to ${width} tasks and in again`, { timeout: 620_000 }, async () => {
    const id = await submitted({
      name: 'wide',
      tasks: {
        part: {
          forEach: { n: Array.from({ length: width }, (_, n) => n) },
          run: 'echo "$EACH_N" > "$OUTPUT_OUT"',
          hedge: 'off',
          resources,
          outputs: { out: { path: 'out.json' } },
        },
        sum: {
          run: 'cat "$INPUT_PARTS"/*-out.json | awk \'{ sum += $1; n += 1 } END { print n, sum }\' > "$OUTPUT_OUT"',
          inputs: { parts: { from: 'part.out' } },
          resources,
          outputs: { out: { path: 'out.txt', type: 'text' } },
        },
      },
      outputs: { sum: { from: 'sum.out' } },
    })
    // What is not done by then is not to stand in the way of others.
    onTestFailed(async () => void (await controlPlane.cancel(id, 'it took too long')))
    const run = await ended(id, 600)
    expect(run.state).toBe('succeeded')
    expect(run.counts.committed).toBe(width + 1)
    expect(run.wastedCostUsd).toBe(0)
    expect(await outputOf(id, 'sum')).toBe(`${width} ${(width * (width - 1)) / 2}\n`)
  })
})
