import { z } from 'zod'
import type { Json } from '#core/json.ts'

/** Any JSON value. The document is JSON already, with its depth bounded, so nothing is left to check. */
export function jsonValue(): z.ZodType<Json, Json> {
  return z.any()
}
