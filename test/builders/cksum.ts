/** The CRC that POSIX `cksum` prints for these bytes; https://pubs.opengroup.org/onlinepubs/9699919799/utilities/cksum.html. */
export function cksum(text: string): number {
  const bytes = [...Buffer.from(text)]
  for (let length = bytes.length; length > 0; length = Math.floor(length / 256)) bytes.push(length % 256)
  let crc = 0
  for (const byte of bytes) {
    crc ^= byte << 24
    for (let bit = 0; bit < 8; bit += 1) crc = crc < 0 ? (crc << 1) ^ 0x04c11db7 : crc << 1
  }
  return ~crc >>> 0
}
