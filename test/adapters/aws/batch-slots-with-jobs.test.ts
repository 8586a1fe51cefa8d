import { expect, it } from 'vitest'
import { slotsWithJobs } from '#adapters/aws/batch-slots-with-jobs.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import type { Store } from '#ports/store.ts'

it('are those of all pages', async () => {
  const pages = new Map<string | undefined, readonly string[]>([
    [undefined, ['a', 'b']],
    ['b', ['c']],
  ])
  const rows = {
    busy: async ({ after }: { readonly after?: string }) => ({
      items: (pages.get(after) ?? []).map((task) => ({ task }) as SlotRecord),
      ...(after === undefined && { next: 'b' }),
    }),
  } as unknown as Store['rows']
  expect((await slotsWithJobs({ rows })).map(({ task }) => task)).toStrictEqual(['a', 'b', 'c'])
})
