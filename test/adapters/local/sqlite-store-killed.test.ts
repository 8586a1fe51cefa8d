import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { openSqliteStore } from '#adapters/local/sqlite-store.ts'
import type { RunId } from '#core/run/ids.ts'
import { replay } from '#core/run/replay.ts'
import { everyEvent, everyRow } from '../../contracts/store-log.ts'

const run = 'run_00000001' as RunId

it.each([{ readOnly: false }, { readOnly: true }])(
  'a store whose engine was killed has every commit that resolved, opened with %o',
  async (options) => {
    const folder = mkdtempSync(join(tmpdir(), 'forkcast-store-'))
    const path = join(folder, 'store.sqlite')
    const child = spawn(process.execPath, [fileURLToPath(new URL('committing-child.ts', import.meta.url)), path], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const ended = once(child, 'exit')
    let said = 0
    for await (const line of createInterface(child.stdout)) {
      said = Number(line)
      if (said === 30) child.kill('SIGKILL')
    }
    await ended

    expect(said).toBeGreaterThanOrEqual(30)
    const store = openSqliteStore(path, options)
    const events = await everyEvent(store, run, 1_000)
    expect(events.length).toBeGreaterThanOrEqual(said)
    expect(replay(events)).toStrictEqual(await everyRow(store, run))
    store.close()
    rmSync(folder, { recursive: true })
  },
)
