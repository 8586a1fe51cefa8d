import { sha256OfParts } from '#core/hash.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { StagedFile } from '#core/run/manifest.ts'
import type { Ports } from '#operations/ports.ts'
import { DamagedObject } from '#ports/damaged-object.ts'

const sliceBytes = 1024 ** 2

/** An object that is read slice by slice. */
export interface ObjectParts {
  readonly parts: AsyncIterable<Uint8Array>
  /** Known once the parts are read: the object is gone, or is not what its manifest says. */
  problem: string | undefined
}

/** The object of a staged file, checked against its size and its SHA-256 while it is read. */
export function objectParts({ objects }: Pick<Ports, 'objects'>, file: StagedFile): ObjectParts {
  const reading: { parts: AsyncIterable<Uint8Array>; problem: string | undefined } = {
    parts: parts(),
    problem: undefined,
  }
  return reading

  async function* parts() {
    const hash = sha256OfParts()
    for (let offset = 0; offset < file.bytes;) {
      const slice = await unlessDamaged(objects.slice(file.object, offset, Math.min(sliceBytes, file.bytes - offset)))
      if (slice === undefined || slice.byteLength === 0) {
        reading.problem = `${file.object} is gone, damaged or too short`
        return
      }
      hash.add(slice)
      offset += slice.byteLength
      yield slice
    }
    if (hash.digest() !== file.sha256) reading.problem = `${file.object} is not what it was when it was stored`
  }
}

/** What is wrong with the object of a staged file, read whole. */
export async function objectProblem(ports: Pick<Ports, 'objects'>, file: StagedFile): Promise<string | undefined> {
  const reading = objectParts(ports, file)
  const parts = reading.parts[Symbol.asyncIterator]()
  while ((await parts.next()).done !== true);
  return reading.problem
}

/** The content of a staged file that is held in memory; the error says what is wrong with its object. */
export async function objectBytes(
  ports: Pick<Ports, 'objects'>,
  file: StagedFile,
): Promise<Result<Uint8Array, string>> {
  const bytes = new Uint8Array(file.bytes)
  const reading = objectParts(ports, file)
  let offset = 0
  for await (const part of reading.parts) {
    bytes.set(part, offset)
    offset += part.byteLength
  }
  return reading.problem === undefined ? ok(bytes) : err(reading.problem)
}

async function unlessDamaged<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read
  } catch (error) {
    if (error instanceof DamagedObject) return undefined
    throw error
  }
}
