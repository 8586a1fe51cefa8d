import type { Json } from '#core/json.ts'
import { isObject } from '#core/workflow/document/document.ts'
import type { Param } from '#core/workflow/workflow.ts'

/** Whether a value is of the type of a parameter. */
export function isOfParamType(value: Json, type: Param['type']): boolean {
  switch (type) {
    case 'string':
    case 'boolean':
    case 'number':
      return typeof value === type
    case 'integer':
      return Number.isSafeInteger(value)
    case 'array':
      return Array.isArray(value)
    case 'object':
      return isObject(value)
  }
}
