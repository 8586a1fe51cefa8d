import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import type { Json } from '#core/json.ts'
import { knownKeys } from '#core/workflow/schema/schema-walk.ts'

const circle = z.strictObject({ is: z.literal('circle'), radius: z.number() })
const square = z.strictObject({ is: z.literal('square'), side: z.number() })
const schema = z.strictObject({
  shapes: z.array(z.union([circle, square])).optional(),
  named: z.record(z.string(), circle).optional(),
})

describe('the keys that a schema knows', () => {
  it.each<readonly [string, readonly (string | number)[], Json | undefined, readonly string[]]>([
    ['of an object', [], {}, ['shapes', 'named']],
    ['of a member of a map, whatever its name', ['named', 'any'], { named: {} }, ['is', 'radius']],
    ['none where a user names the keys', ['named'], { named: {} }, []],
    ['none beyond a value', ['shapes', 0, 'is'], {}, []],
    ['of the form that an item has', ['shapes', 0], { shapes: [{ is: 'square' }] }, ['is', 'side']],
    ['of each form, for an item of none', ['shapes', 0], { shapes: [{}] }, ['is', 'radius', 'is', 'side']],
    ['of each form, without a value', ['shapes', 0], undefined, ['is', 'radius', 'is', 'side']],
    ['of each form, for a value of another shape', ['shapes', 0], { shapes: {} }, ['is', 'radius', 'is', 'side']],
  ])('are those %s', (_, path, value, keys) => {
    expect(knownKeys(schema, path, value)).toStrictEqual(keys)
  })
})
