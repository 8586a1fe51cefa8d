import type { StatementSync } from 'node:sqlite'
import { sealOf, unseal } from '#adapters/local/sealed-text.ts'
import { limited, type SqliteFile } from '#adapters/local/sqlite-file.ts'
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
    this.#record = file.prepare(`INSERT INTO samples (run, slot, family, at_ms, sample, sum)
      VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (run, slot) DO NOTHING`)
    this.#recent = file.prepare(`SELECT run, slot, sample, sum FROM samples
      WHERE family = ? ORDER BY at_ms DESC, run DESC, slot DESC ${limited}`)
  }

  async record(sample: Sample): Promise<void> {
    const text = JSON.stringify(sample)
    const sum = sealOf(text, 'sample', sample.run, sample.slot)
    await this.#file.write(() => this.#record.run(sample.run, sample.slot, sample.family, sample.atMs, text, sum))
  }

  async recent(family: string, limit: number): Promise<readonly Sample[]> {
    const rows = await this.#file.read(
      () => this.#recent.all(family, wholeLimit(limit)) as unknown as readonly SampleText[],
    )
    return rows.map((row) => ({ ...unrecorded, ...this.#sample(row) }))
  }

  #sample({ run, slot, sample, sum }: SampleText): Sample {
    return unseal(this.#file.path, sample, sum, 'sample', run, slot) as Sample
  }
}

interface SampleText {
  readonly run: string
  readonly slot: string
  readonly sample: string
  readonly sum: number
}

/** What the first version did not keep. */
const unrecorded = { variant: null, memoryMiB: null, timeoutS: null, remedy: null } as const
