import type { StatementSync } from 'node:sqlite'
import type { SqliteFile } from '#adapters/local/sqlite-file.ts'
import { wholeLimit } from '#adapters/store/page.ts'
import type { Sample } from '#core/prediction/prediction.ts'
import type { History } from '#ports/store.ts'

/** The samples of all runs in a SQLite file; the first one of a slot stays. */
export class SqliteHistory implements History {
  readonly #file: SqliteFile
  readonly #record: StatementSync
  readonly #recent: StatementSync

  constructor(file: SqliteFile) {
    this.#file = file
    this.#record = file.prepare(`INSERT INTO samples (run, slot, family, at_ms, sample)
      VALUES (?, ?, ?, ?, ?) ON CONFLICT (run, slot) DO NOTHING`)
    this.#recent = file.prepare(`SELECT sample FROM samples
      WHERE family = ? ORDER BY at_ms DESC, run DESC, slot DESC LIMIT ?`)
  }

  async record(sample: Sample): Promise<void> {
    const text = JSON.stringify(sample)
    await this.#file.write(() => this.#record.run(sample.run, sample.slot, sample.family, sample.atMs, text))
  }

  async recent(family: string, limit: number): Promise<readonly Sample[]> {
    const rows = await this.#file.read(() => this.#recent.all(family, wholeLimit(limit)))
    return rows.map((row) => JSON.parse(String(row['sample'])) as Sample)
  }
}
