import { frozenCopy } from '#adapters/memory/frozen-copy.ts'
import { newestSampleFirst } from '#adapters/memory/order.ts'
import { wholeLimit } from '#adapters/store/page.ts'
import type { Sample } from '#core/prediction/prediction.ts'
import type { History } from '#ports/store.ts'

/** Samples in memory; the first one of a slot stays. */
export class MemoryHistory implements History {
  readonly #slots = new Set<string>()
  readonly #families = new Map<string, Sample[]>()

  async record(sample: Sample): Promise<void> {
    const slot = `${sample.run} ${sample.slot}`
    if (this.#slots.has(slot)) return
    this.#slots.add(slot)
    const family = this.#families.get(sample.family) ?? []
    family.push(frozenCopy(sample))
    this.#families.set(sample.family, family)
  }

  async recent(family: string, limit: number): Promise<readonly Sample[]> {
    const samples = this.#families.get(family) ?? []
    return samples.toSorted(newestSampleFirst).slice(0, wholeLimit(limit))
  }
}
