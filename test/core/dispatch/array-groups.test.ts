import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { namesOf, type Shaped } from '#core/dispatch/array-groups.ts'
import { membersText } from '#core/dispatch/array-members.ts'
import { arrayPartOf, soleJob } from '#core/dispatch/job-names.ts'
import { slotKey } from '#core/run/ids.ts'
import { runId } from '../../builders/emulation.ts'

const runs = [runId('00000001'), runId('00000002')] as const
const anyClone = fc.record({
  run: fc.constantFrom(...runs),
  task: fc.oneof(
    fc.constantFrom('A', 'B', 'a-long-name-of-a-task'),
    fc.nat(50).map((index) => `each[${index}]`),
  ),
  attempt: fc.integer({ min: 1, max: 2 }),
  clone: fc.nat(2),
})
const anyClones = fc
  .uniqueArray(anyClone, { maxLength: 60, selector: (slot) => `${slot.run} ${slotKey(slot)}` })
  .chain((slots) =>
    fc
      .array(fc.constantFrom('small', 'large', undefined), { minLength: slots.length, maxLength: slots.length })
      .map((shapes) => slots.map((slot, at): Shaped => ({ slot, shape: shapes[at] }))),
  )
const anyBounds = fc.record({ members: fc.integer({ min: 2, max: 40 }), letters: fc.integer({ min: 30, max: 400 }) })

/** Clones by the array that they were put into, with their index. */
function arraysIn(clones: readonly Shaped[], names: readonly string[]) {
  const arrays = new Map<string, (Shaped & { readonly index: number })[]>()
  for (const [at, clone] of clones.entries()) {
    const part = arrayPartOf(names[at] ?? '')
    if (part === undefined) continue
    arrays.set(part.array, [...(arrays.get(part.array) ?? []), { ...clone, index: part.index }])
  }
  return [...arrays.values()].map((members) => members.toSorted((a, b) => a.index - b.index))
}

const instances = (count: number, shape = 'one', of = 'each'): readonly Shaped[] =>
  Array.from({ length: count }, (_, index) => {
    return { slot: { run: runs[0], task: `${of}[${index}]`, attempt: 1, clone: 0 }, shape }
  })

describe('names of jobs', () => {
  it('are one a clone, and no two have the same', () => {
    fc.assert(
      fc.property(anyClones, anyBounds, (clones, bounds) => {
        const names = namesOf(clones, bounds)
        expect(names).toHaveLength(clones.length)
        expect(new Set(names).size).toBe(clones.length)
      }),
    )
  })

  it('put together clones of one run and one shape only, at least two, by indexes without a gap, within the bounds', () => {
    fc.assert(
      fc.property(anyClones, anyBounds, (clones, bounds) => {
        for (const members of arraysIn(clones, namesOf(clones, bounds))) {
          expect(new Set(members.map(({ slot, shape }) => `${slot.run} ${shape}`)).size).toBe(1)
          expect(members[0]?.shape).toBeDefined()
          expect(members.map(({ index }) => index)).toStrictEqual(members.map((_, at) => at))
          expect(members.length).toBeGreaterThanOrEqual(2)
          expect(members.length).toBeLessThanOrEqual(bounds.members)
          expect(membersText(members.map(({ slot }) => slot)).length).toBeLessThanOrEqual(bounds.letters)
        }
      }),
    )
  })

  it('leave none alone that would fit in beside one of its kind', () => {
    fc.assert(
      fc.property(anyClones, (clones) => {
        const names = namesOf(clones, { members: 10_000, letters: 10_000 })
        const alone = clones.filter((_, at) => arrayPartOf(names[at] ?? '') === undefined)
        for (const { slot, shape } of alone) {
          expect(names[clones.findIndex((one) => one.slot === slot)]).toBe(soleJob(slot))
          const alike = clones.filter((one) => one.shape === shape && one.slot.run === slot.run)
          expect(shape === undefined || alike.length === 1).toBe(true)
        }
      }),
    )
  })

  it('are the same for the same clones, and of an array others for others', () => {
    fc.assert(
      fc.property(anyClones, anyBounds, (clones, bounds) => {
        expect(namesOf(clones, bounds)).toStrictEqual(namesOf(structuredClone(clones), bounds))
      }),
    )
    const bounds = { members: 100, letters: 1_000 }
    const [first] = namesOf(instances(5), bounds)
    expect(namesOf(instances(6), bounds)[0]).not.toBe(first)
    expect(namesOf(instances(5, 'one', 'other'), bounds)[0]).not.toBe(first)
  })

  it('have the instances of a task in order, in the order in which tasks come first', () => {
    const [a, b, c, d] = [...instances(2), ...instances(2, 'one', 'later')]
    const names = namesOf([c, b, d, a] as readonly Shaped[], { members: 100, letters: 1_000 })
    expect(names.map((name) => arrayPartOf(name)?.index)).toStrictEqual([0, 3, 1, 2])
  })

  it('make one array of 10,000 instances', () => {
    const names = namesOf(instances(10_000), { members: 10_000, letters: 2_500 })
    expect(new Set(names.map((name) => arrayPartOf(name)?.array)).size).toBe(1)
    expect(names.at(-1)).toMatch(/^run_00000001-each-[0-9a-f]{32}:9999$/)
  })
})
