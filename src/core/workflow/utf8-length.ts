/** How many bytes a text takes in UTF-8; at most three a code unit, so short texts need no look. Linear. */
export function utf8Length(text: string): number {
  let bytes = text.length
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit < 0x80) continue
    if (unit < 0x800) bytes += 1
    else if (unit >= 0xd8_00 && unit <= 0xdf_ff) bytes += 1
    else bytes += 2
  }
  return bytes
}
