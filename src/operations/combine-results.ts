import { resultPrefix } from '#contract/object-keys.ts'
import { sha256 } from '#core/hash.ts'
import { combineJson } from '#core/race/combine-json.ts'
import type { Decision, Scores } from '#core/race/decide.ts'
import { outputFingerprint } from '#core/race/fingerprint.ts'
import { JsonReader } from '#core/race/json-reader.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { SlotRef } from '#core/run/ids.ts'
import type { Manifest, StagedFile, StagedOutput } from '#core/run/manifest.ts'
import type { SlotRecord } from '#core/run/slot.ts'
import { LIMITS } from '#core/workflow/limits.ts'
import type { Aggregate, Task } from '#core/workflow/workflow.ts'
import { objectBytes, objectParts, objectProblem, type ObjectParts } from '#operations/object-parts.ts'
import type { Ports } from '#operations/ports.ts'

type Objects = Pick<Ports, 'objects'>
type Combination = Extract<Decision, { kind: 'combine' }>
type Json = Extract<StagedOutput, { type: 'json' }>

/** An output as a clone left it. */
interface Part<T extends StagedOutput = StagedOutput> {
  readonly clone: number
  readonly staged: T
}

/** Of each text that is combined, and of the result, which is held in memory until it is written. */
const maxBytes = LIMITS.textBytes.value
const maxMiB = maxBytes / 1024 ** 2
/** Of a score: one number. */
const maxScoreBytes = 1024

/**
 * Makes the result of an attempt from those of its clones. Mean and median: JSON number by number, all else has to be equal. All:
 * an array of the clones' values, or a directory of their files by clone. New objects are written under the attempt's `result/`,
 * the same ones when replayed; files that stay as they are stay where they are. The error says which outputs don't fit together.
 */
export async function combineResults(
  ports: Objects,
  task: Task,
  attempt: Omit<SlotRef, 'clone'>,
  { how, parts: slots }: Combination,
): Promise<Result<Manifest, string>> {
  const manifest: Record<string, StagedOutput> = {}
  for (const [name, { path }] of Object.entries(task.outputs)) {
    const parts = partsOf(name, slots)
    if (!parts.ok) return parts
    if (parts.value.length === 0) continue
    const key = `${resultPrefix(attempt)}/${path.replace(/\/+$/, '')}`
    const combined = await (how === 'all' ? gather(ports, key, parts.value) : reduce(ports, how, key, parts.value))
    if (!combined.ok) return err(`output ${name}: ${combined.error}`)
    manifest[name] = combined.value
  }
  return ok(manifest)
}

/**
 * The number that the policy `best` compares, by clone: the JSON output of every slot with a claim. Absent, too long or no number:
 * `undefined`. Nothing is read for another policy.
 */
export async function readScores(ports: Objects, aggregate: Aggregate, slots: readonly SlotRecord[]): Promise<Scores> {
  const scores = new Map<number, number | undefined>()
  if (aggregate.policy !== 'best') return scores
  for (const { clone, claim } of slots) {
    const staged = claim?.[aggregate.output]
    if (claim !== null) scores.set(clone, staged?.type === 'json' ? await scoreIn(ports, staged) : undefined)
  }
  return scores
}

async function scoreIn(ports: Objects, staged: StagedFile): Promise<number | undefined> {
  if (staged.bytes > maxScoreBytes) return undefined
  const bytes = await objectBytes(ports, staged)
  if (!bytes.ok) return undefined
  const reader = new JsonReader([bytes.value])
  await reader.fill()
  await reader.fill()
  return reader.next() === 'number' && reader.next() === 'the end of the text' ? Number(reader.raw) : undefined
}

/** The output of every clone; none when no clone wrote it. */
function partsOf(name: string, slots: readonly SlotRecord[]): Result<readonly Part[], string> {
  const has = slots.find(({ claim }) => claim?.[name] !== undefined)
  const lacks = slots.find(({ claim }) => claim?.[name] === undefined)
  if (has === undefined) return ok([])
  if (lacks !== undefined) return err(`output ${name} is there in clone ${has.clone} and not in clone ${lacks.clone}`)
  return ok(slots.map(({ clone, claim }) => ({ clone, staged: claim?.[name] as StagedOutput })))
}

async function reduce(
  ports: Objects,
  how: 'mean' | 'median',
  key: string,
  parts: readonly Part[],
): Promise<Result<StagedOutput, string>> {
  if (!areJson(parts)) return theOne(parts)
  const great = parts.find(({ staged }) => staged.bytes > maxBytes)
  if (great !== undefined) return err(`clone ${great.clone} left more than ${maxMiB} MiB`)
  const sources = parts.map(({ clone, staged }) => ({ clone, object: objectParts(ports, staged) }))
  const result = new Gathered()
  const inputs = sources.map(({ clone, object }) => ({ clone, chunks: object.parts }))
  const combined = await combineJson(how, inputs, (chunk) => result.add(chunk))
  const damaged = problemOf(sources.map(({ object }) => object))
  if (damaged !== undefined) return err(damaged)
  return combined.ok ? write(ports, key, result.bytes()) : combined
}

/** What is no JSON has no mean: it is the same in every clone. */
function theOne(parts: readonly Part[]): Result<StagedOutput, string> {
  const [first, ...others] = parts as [Part, ...Part[]]
  const other = others.find(({ staged }) => outputFingerprint(staged) !== outputFingerprint(first.staged))
  if (other === undefined) return ok(first.staged)
  return err(`clones ${first.clone} and ${other.clone} differ, and it is no JSON`)
}

async function gather(ports: Objects, key: string, parts: readonly Part[]): Promise<Result<StagedOutput, string>> {
  if (!areJson(parts)) return ok(directoryOf(key, parts))
  const total = parts.reduce((sum, { staged }) => sum + staged.bytes + 1, 1)
  if (total > maxBytes) return err(`the results have more than ${maxMiB} MiB`)
  const bytes = new Uint8Array(total)
  let size = 0
  for (const { staged } of parts) {
    bytes.set(new TextEncoder().encode(size === 0 ? '[' : ','), size)
    size += 1
    const object = objectParts(ports, staged)
    for await (const part of object.parts) {
      bytes.set(part, size)
      size += part.byteLength
    }
    if (object.problem !== undefined) return err(object.problem)
  }
  bytes.set(new TextEncoder().encode(']'), size)
  return write(ports, key, bytes)
}

/** Files of every clone below its number, where they are. */
function directoryOf(key: string, parts: readonly Part[]): StagedOutput {
  const name = key.slice(key.lastIndexOf('/') + 1)
  const files = parts.flatMap(({ clone, staged }) => {
    if (staged.type === 'directory') return staged.files.map((file) => ({ ...file, path: `${clone}/${file.path}` }))
    const { object, sha256: hash, bytes, stored } = staged
    return [{ path: `${clone}/${name}`, object, sha256: hash, bytes, ...(stored && { stored }) }]
  })
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  return { type: 'directory', folder: key, bytes, files: files.toSorted((a, b) => (a.path < b.path ? -1 : 1)) }
}

function areJson(parts: readonly Part[]): parts is readonly Part<Json>[] {
  return parts.every(({ staged }) => staged.type === 'json')
}

function problemOf(sources: readonly ObjectParts[]): string | undefined {
  return sources.find(({ problem }) => problem !== undefined)?.problem
}

/** A combined result is compared with no other: it needs no hash of its canonical form. */
async function write({ objects }: Objects, key: string, bytes: Uint8Array): Promise<Result<StagedOutput, string>> {
  const file: StagedFile = { object: key, sha256: sha256(bytes), bytes: bytes.byteLength }
  if ((await objects.writeOnce(key, bytes)) === 'taken') {
    const isSame = (await objects.size(key)) === file.bytes && (await objectProblem({ objects }, file)) === undefined
    if (!isSame) return err(`${key} is there already, with other contents`)
  }
  return ok({ type: 'json', ...file })
}

/** Bytes that come in parts, up to a limit. They grow in place: no second copy while the result is made. */
class Gathered {
  readonly #buffer = new ArrayBuffer(0, { maxByteLength: maxBytes })
  #size = 0

  add(part: Uint8Array): Result<undefined, string> {
    const size = this.#size + part.byteLength
    if (size > maxBytes) return err(`the result has more than ${maxMiB} MiB`)
    if (size > this.#buffer.byteLength) this.#buffer.resize(Math.min(maxBytes, size + 1024 ** 2))
    new Uint8Array(this.#buffer).set(part, this.#size)
    this.#size = size
    return ok(undefined)
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.#buffer, 0, this.#size)
  }
}
