/** A word as it has to be typed in a shell: quoted where `clean[3]` or a space would be read otherwise. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
