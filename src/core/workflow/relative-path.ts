import { LIMITS } from '#core/workflow/limits.ts'

/** Why a path is refused, in words that follow "the path …", or nothing when it may be used. */
export function pathProblem(path: string): string | undefined {
  if (path.length > LIMITS.pathLength.value) return `is longer than ${LIMITS.pathLength.value} characters`
  if (/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u.test(path)) return 'holds characters that cannot be seen'
  if (path.includes('\\')) return 'holds a backslash'
  if (path.startsWith('/')) return 'is absolute'
  if (/^[A-Za-z]:/.test(path)) return 'starts with a drive letter'
  if (/%(?:2e|2f|5c)/i.test(path)) return 'holds an encoded dot or slash'
  for (const segment of path.split('/')) {
    if (segment === '..') return 'leaves its folder with `..`'
    if (segment.length > 255) return 'has a part longer than 255 characters'
    if (segment !== '.' && /[. ]$/.test(segment)) return 'has a part that ends in a dot or a space'
    if (/^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(segment)) return 'uses a name that systems keep for devices'
  }
  return undefined
}

/** A path that {@link pathProblem} let through, without empty parts and `.`; `.` for the folder itself. */
export function normalisedPath(path: string): string {
  const parts = path.split('/').filter((part) => part !== '' && part !== '.')
  return parts.length === 0 ? '.' : parts.join('/')
}
