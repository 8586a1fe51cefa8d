import { z } from 'zod'
import { LIMITS } from '#core/workflow/limits.ts'

/** A name of a task, input, output, parameter or key: what file names, job names and variables all take. */
export const NAME_PATTERN = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/

/** The name of an environment variable. */
export const VARIABLE_PATTERN = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/

/** `task.output` or `params.name`. */
const REFERENCE_PATTERN = /^[A-Za-z][A-Za-z0-9_-]{0,62}\.[A-Za-z][A-Za-z0-9_-]{0,62}$/

const SECONDS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400 }
const DURATION_PATTERN = /^\d{1,12}(?:\.\d{1,9})?(?:ms|s|m|h|d)$/
const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
}
const SIZE_PATTERN = /^\d{1,12}(?:\.\d{1,9})?(?:B|[KMGT]i?B)$/

/** A duration as text (`500ms`, `20s`, `1.5m`, `2h`, `1d`) or a number of seconds; in canonical form seconds. */
export function duration(minimumS: number, maximumS: number) {
  const expected = `a duration such as \`20s\`, \`1.5m\` or \`2h\`, or a number of seconds, from ${minimumS} to ${maximumS} seconds`
  return z
    .union([number(minimumS, maximumS, expected), z.string().regex(DURATION_PATTERN, expected)], expected)
    .transform((given, context) => {
      const seconds = typeof given === 'number' ? given : Math.round(inUnit(given, SECONDS) * 1e6) / 1e6
      if (seconds < minimumS || seconds > maximumS)
        context.issues.push({ code: 'custom', message: expected, input: given })
      return seconds
    })
}

/** An amount of memory as text (`300MiB`, `2GiB`) or a number of MiB; in canonical form whole MiB, rounded up. */
export function memory() {
  const { value: maximum } = LIMITS.memoryMiB
  const expected = `an amount of memory such as \`512MiB\` or \`2GiB\`, or a number of MiB, from 4 to ${maximum} MiB`
  return z
    .union([number(4, maximum, expected), z.string().regex(SIZE_PATTERN, expected)], expected)
    .transform((given, context) => {
      const mebibytes = Math.ceil(typeof given === 'number' ? given : inUnit(given, BYTES) / 1024 ** 2)
      if (mebibytes < 4 || mebibytes > maximum) context.issues.push({ code: 'custom', message: expected, input: given })
      return mebibytes
    })
}

/** An amount of data as text (`5MiB`, `1GB`) or a number of bytes; in canonical form whole bytes, rounded up. */
export function dataSize() {
  const { value: maximum } = LIMITS.outputBytes
  const expected = `an amount of data such as \`5MiB\` or \`1GB\`, or a number of bytes, from 0 to ${maximum} bytes`
  return z
    .union([number(0, maximum, expected), z.string().regex(SIZE_PATTERN, expected)], expected)
    .transform((given, context) => {
      const bytes = Math.ceil(typeof given === 'number' ? given : inUnit(given, BYTES))
      if (bytes > maximum) context.issues.push({ code: 'custom', message: expected, input: given })
      return bytes
    })
}

/** A number in a range. */
export function number(minimum: number, maximum: number, expected = `a number from ${minimum} to ${maximum}`) {
  return z.number(expected).min(minimum, expected).max(maximum, expected)
}

/** A whole number in a range. */
export function integer(minimum: number, maximum: number) {
  const expected = `a whole number from ${minimum} to ${maximum}`
  return z.int(expected).min(minimum, expected).max(maximum, expected)
}

/** A text with a bounded length. */
export function text(minimum: number, maximum: number) {
  const expected = `a text of ${minimum} to ${maximum} characters`
  return z.string(expected).min(minimum, expected).max(maximum, expected)
}

/** A reference to an output (`task.output`) or a parameter (`params.name`). */
export function reference() {
  const expected = 'a reference such as `task.output` or `params.name`'
  return z.string(expected).regex(REFERENCE_PATTERN, expected)
}

/** A reference to an output (`task.output`). */
export function outputReference() {
  const expected = 'a reference such as `task.output`'
  return z.string(expected).regex(REFERENCE_PATTERN, expected)
}

/** A path; what it may be is checked where it is known what it leads to. */
export function path() {
  return text(1, LIMITS.pathLength.value)
}

/** Content by its hash. */
export function blob() {
  const expected = '`sha256:` and 64 hexadecimal digits'
  return z.string(expected).regex(/^sha256:[0-9a-f]{64}$/, expected)
}

/** One of a closed set of words. */
export function oneOf<const Words extends readonly [string, ...string[]]>(words: Words) {
  const listed = words.map((word) => `\`${word}\``).join(', ')
  return z.enum(words, `one of ${listed}`)
}

function inUnit(text: string, units: Readonly<Record<string, number>>): number {
  const amount = Number.parseFloat(text)
  const unit = text.replace(/^[\d.]+/, '')
  return amount * (units[unit] as number)
}
