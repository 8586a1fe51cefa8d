import { z } from 'zod'
import type { Json } from '#core/json.ts'
import { jsonValue } from '#core/workflow/schema/json-value.ts'
import { integer, oneOf, text } from '#core/workflow/schema/scalars.ts'

const TYPES = ['array', 'boolean', 'integer', 'null', 'number', 'object', 'string'] as const

/**
 * A JSON Schema (draft-07) for a `json` output. Keywords that run a regular expression are left out, since a bad one
 * can take for ever; references stay within the schema.
 */
export const outputJsonSchema: z.ZodType<Json, Json> = z.lazy(() => schema) as unknown as z.ZodType<Json, Json>

const self = () => z.lazy(() => schema)
const count = () => integer(0, Number.MAX_SAFE_INTEGER).optional()
const bound = () => z.number('a number').optional()
const list = () => z.array(self(), 'a list of schemas').min(1, 'a list of schemas').optional()
const map = () => z.record(z.string(), self(), 'a map of schemas').optional()

const schema: z.ZodType = z
  .union(
    [
      z.boolean(),
      z.strictObject({
        $schema: text(1, 512).optional(),
        $comment: text(0, 4_096).optional(),
        $ref: z.string().regex(/^#/, 'a reference within the schema, as `#/definitions/item`').optional(),
        title: text(0, 4_096).optional(),
        description: text(0, 4_096).optional(),
        default: jsonValue().optional(),
        examples: z.array(jsonValue()).optional(),
        definitions: map(),
        type: z
          .union(
            [oneOf(TYPES), z.array(oneOf(TYPES)).min(1)],
            `one of ${TYPES.map((type) => `\`${type}\``).join(', ')}`,
          )
          .optional(),
        enum: z.array(jsonValue(), 'a list of values').min(1, 'a list of values').optional(),
        const: jsonValue().optional(),
        format: text(1, 63).describe('Said for people; not checked.').optional(),
        minimum: bound(),
        maximum: bound(),
        exclusiveMinimum: bound(),
        exclusiveMaximum: bound(),
        multipleOf: z.number('a number above 0').gt(0, 'a number above 0').optional(),
        minLength: count(),
        maxLength: count(),
        items: z.union([self(), z.array(self())], 'a schema').optional(),
        additionalItems: self().optional(),
        contains: self().optional(),
        minItems: count(),
        maxItems: count(),
        uniqueItems: z.boolean('true or false').optional(),
        properties: map(),
        additionalProperties: self().optional(),
        propertyNames: self().optional(),
        required: z.array(z.string('a text'), 'a list of keys').optional(),
        dependencies: z.record(z.string(), z.union([self(), z.array(z.string())])).optional(),
        minProperties: count(),
        maxProperties: count(),
        if: self().optional(),
        // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema, of an object that nobody awaits
        then: self().optional(),
        else: self().optional(),
        allOf: list(),
        anyOf: list(),
        oneOf: list(),
        not: self().optional(),
      }),
    ],
    'a JSON Schema',
  )
  .meta({ id: 'outputSchema' })
