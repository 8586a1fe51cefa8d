import { InvalidArgumentError } from 'commander'

/** An option that may be repeated: its words in order. */
export function collected(word: string, before: readonly string[] = []): readonly string[] {
  return [...before, word]
}

const unitS: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3_600, d: 86_400 }

/** An option in seconds, or in the units of a workflow file. */
export function seconds(text: string): number {
  const [, number, unit = 's'] = /^(\d{1,9}(?:\.\d{1,9})?)(ms|s|m|h|d)?$/.exec(text) ?? []
  if (number === undefined) throw new InvalidArgumentError('Write seconds, such as 10, or a duration, such as 5m.')
  return Number(number) * (unitS[unit] as number)
}

/** An option that counts something. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Write a whole number, such as 20.')
  return Number(text)
}

/** An option that is a port. */
export function port(word: string): number {
  if (!/^\d{1,5}$/.test(word) || Number(word) > 65_535) throw new InvalidArgumentError('a port from 0 to 65535')
  return Number(word)
}
