/** Rows that are remembered. */
const maxRows = 10_000

/**
 * Versions that this process has written. They only grow, so a commit that expects an older one is known to conflict without being
 * asked for.
 */
export class KnownVersions {
  readonly #versions = new Map<string, number>()

  isStale(row: string, expected: number): boolean {
    return expected < (this.#versions.get(row) ?? 0)
  }

  wrote(row: string, version: number): void {
    // The row that was written last is the last one to be forgotten.
    this.#versions.delete(row)
    this.#versions.set(row, version)
    if (this.#versions.size <= maxRows) return
    const [oldest] = this.#versions.keys()
    if (oldest !== undefined) this.#versions.delete(oldest)
  }
}
