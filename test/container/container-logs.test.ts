import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readLogLine } from '#contract/log-line.ts'
import { containerLogs } from '../../src/container/container-logs.ts'

async function logsOf(
  play: (append: (text: string) => void, keep: (prefix: string) => Promise<void>) => Promise<void>,
) {
  const folder = mkdtempSync(join(tmpdir(), 'forkcast-logs-'))
  const stored: string[] = []
  const said: string[] = []
  let shown = ''
  const logs = containerLogs({
    folder,
    objects: {
      store: async (_, key) => {
        if (key.startsWith('full')) throw new Error('no room')
        stored.push(key)
        return { bytes: 0, sha256: '' }
      },
    },
    write: (lines) => (shown += lines),
    say: (words) => said.push(words),
  })
  try {
    await play((text) => appendFileSync(logs.file(2, 'stdout'), text), logs.keep)
  } finally {
    logs.close()
    rmSync(folder, { recursive: true, force: true })
  }
  const lines = shown.split('\n').flatMap((line) => readLogLine(line) ?? [])
  for (const { fence } of lines) expect(fence).toBe(2)
  const text = lines.map((line) => line.text)
  return { text: text.join(''), stored, said }
}

describe('the logs of a container', () => {
  it('are shown in order and stored, if anything was written', async () => {
    const logs = await logsOf(async (append, keep) => {
      append('one\n')
      await keep('runs/r/A/1/0/2')
      append('two\n')
    })
    expect(logs).toStrictEqual({ text: 'one\ntwo\n', stored: ['runs/r/A/1/0/2/stdout.log'], said: [] })
  })

  it('are shown up to a limit', async () => {
    const { text, said } = await logsOf(async (append, keep) => {
      append('x'.repeat(3 * 1024 ** 2))
      await keep('runs')
    })
    expect(text).toHaveLength(1024 ** 2)
    expect(said).toStrictEqual(['the rest of stdout is in the log that is stored'])
  })

  it('that can’t be stored fail nobody', async () => {
    const { said } = await logsOf(async (append, keep) => {
      append('x')
      await keep('full')
    })
    expect(said).toStrictEqual(['stdout was not stored: no room'])
  })
})
