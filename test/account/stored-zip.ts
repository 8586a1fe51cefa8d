import { crc32 } from 'node:zlib'

/** A zip archive of one file, stored as it is. Source: APPNOTE.TXT 6.3 of the ZIP format, §4.3. */
export function storedZip(name: string, text: string): Buffer {
  const path = Buffer.from(name)
  const contents = Buffer.from(text)
  // From the version needed up to the length of the name: both headers say the same.
  const about = Buffer.alloc(26)
  about.writeUInt16LE(20, 0)
  about.writeUInt32LE(crc32(contents), 10)
  about.writeUInt32LE(contents.length, 14)
  about.writeUInt32LE(contents.length, 18)
  about.writeUInt16LE(path.length, 22)
  const local = Buffer.concat([Buffer.from('PK\x03\x04'), about, path, contents])
  const central = Buffer.concat([Buffer.from('PK\x01\x02\x14\x00'), about, Buffer.alloc(14), path])
  const end = Buffer.alloc(18)
  end.writeUInt16LE(1, 4)
  end.writeUInt16LE(1, 6)
  end.writeUInt32LE(central.length, 8)
  end.writeUInt32LE(local.length, 12)
  return Buffer.concat([local, central, Buffer.from('PK\x05\x06'), end])
}
