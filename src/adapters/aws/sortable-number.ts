/** A number as 16 hexadecimal digits that sort, as text, as the numbers do. @throws when it is none. */
export function sortableNumber(number: number): string {
  if (Number.isNaN(number)) throw new RangeError('not a number has no place in an order')
  const view = new DataView(new ArrayBuffer(8))
  // -0 is 0.
  view.setFloat64(0, number + 0)
  const bits = view.getBigUint64(0)
  // As whole numbers, the bits of positive floats sort as these do, those of negative ones the other way round.
  const sortable = bits >> 63n === 0n ? bits | (1n << 63n) : BigInt.asUintN(64, ~bits)
  return sortable.toString(16).padStart(16, '0')
}
