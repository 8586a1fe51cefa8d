import { InvalidArgumentError } from 'commander'

/** An option that may be repeated: its words in order. */
export function collected(word: string, before: readonly string[] = []): readonly string[] {
  return [...before, word]
}

/** An option in seconds. */
export function seconds(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('Write seconds, such as 10.')
  return value
}

/** An option that counts something. */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Write a whole number, such as 20.')
  return Number(text)
}
