import type { Json } from '#core/json.ts'
import { unreachable } from '#core/unreachable.ts'
import { isObject, type Path } from '#core/workflow/document/document.ts'
import { pointedAt } from '#core/workflow/json-pointer.ts'
import type { Comparison, Condition, Operand } from '#core/workflow/workflow.ts'

/**
 * Whether a condition holds. `read` gives the whole value of the parameter or output that an operand names, or
 * `undefined` when there is none; `at` is followed here. Total: what is not there, or of another type, compares false,
 * but for `ne`, which is true for another type. Numbers compare by value, texts by their UTF-16 code units. May not
 * read every operand. O(condition + values read).
 */
export function holds(condition: Condition, read: (operand: Operand) => Json | undefined): boolean {
  switch (condition.kind) {
    case 'all':
      return condition.of.every((part) => holds(part, read))
    case 'any':
      return condition.of.some((part) => holds(part, read))
    case 'not':
      return !holds(condition.of, read)
    case 'compare': {
      const { left, is, right } = condition
      const whole = read(left)
      const value = whole === undefined || left.at === undefined ? whole : pointedAt(whole, left.at)
      return value !== undefined && compares(value, is, right)
    }
  }
}

/** An operand of a condition, and where in the condition it is written, as keys and indices of the workflow file. */
export interface PlacedOperand {
  readonly operand: Operand
  readonly path: Path
}

/** What a condition compares, in the order of its parts, with repetitions. Linear. */
export function operandsOf(condition: Condition): readonly Operand[] {
  return placedOperands(condition).map(({ operand }) => operand)
}

/** The same with their places; none without a condition. */
export function placedOperands(condition: Condition | undefined): readonly PlacedOperand[] {
  const found: PlacedOperand[] = []
  const visit = (part: Condition, path: Path): void => {
    if (part.kind === 'compare') found.push({ operand: part.left, path: [...path, part.left.kind] })
    else if (part.kind === 'not') visit(part.of, [...path, 'not'])
    else for (const [index, inner] of part.of.entries()) visit(inner, [...path, part.kind, index])
  }
  if (condition !== undefined) visit(condition, [])
  return found
}

function compares(left: Json, is: Comparison, right: Json): boolean {
  switch (is) {
    case 'eq':
      return isSame(left, right)
    case 'ne':
      return !isSame(left, right)
    case 'in':
      return Array.isArray(right) && (right as readonly Json[]).some((item) => isSame(left, item))
    case 'gt':
    case 'ge':
    case 'lt':
    case 'le':
      if (typeof left === 'number' && typeof right === 'number') return isOrdered(left, is, right)
      if (typeof left === 'string' && typeof right === 'string') return isOrdered(left, is, right)
      return false
    default:
      return unreachable(is)
  }
}

function isOrdered<Value extends number | string>(left: Value, is: 'gt' | 'ge' | 'lt' | 'le', right: Value): boolean {
  switch (is) {
    case 'gt':
      return left > right
    case 'ge':
      return left >= right
    case 'lt':
      return left < right
    case 'le':
      return left <= right
  }
}

/** Whether two values have one canonical form (RFC 8785). As deep as the less deep of the two. */
function isSame(a: Json, b: Json): boolean {
  if (a === b) return true
  if (Array.isArray(a) || Array.isArray(b)) {
    if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
    return (a as readonly Json[]).every((item, index) => isSame(item, b[index] as Json))
  }
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a)
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && isSame(a[key] as Json, b[key] as Json))
  )
}
