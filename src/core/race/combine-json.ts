import { canonicalBytes } from '#core/hash.ts'
import { mean, median } from '#core/race/combine-numbers.ts'
import { JsonReader, type JsonEvent } from '#core/race/json-reader.ts'
import { err, ok, type Result } from '#core/result.ts'

/** A JSON text as it comes, and the clone that it is of. */
export interface JsonInput {
  readonly clone: number
  readonly chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>
}

/** Characters of the rest of an object whose keys come in another order: it is read at once. */
const maxReordered = 16 * 1024 ** 2
const outputChunk = 64 * 1024

/**
 * Writes the mean or the median, number by number, of JSON texts of the same shape whose other leaves are equal. The error
 * names the place (JSON pointer) and the clones, or the clone whose text is no JSON; what was written until then is void.
 *
 * All texts are read in step, in memory bounded by one chunk and one scalar each; the result has the keys in the order of
 * the texts. Where that order differs, the rest of that object is read at once (at most 16 MiB of each text) and has its
 * keys sorted. Numbers are 64-bit: integers beyond 2^53 are rounded when read. Linear.
 */
export async function combineJson(
  how: 'mean' | 'median',
  inputs: readonly JsonInput[],
  write: (chunk: Uint8Array) => Result<undefined, string>,
): Promise<Result<undefined, string>> {
  return new InStep(how === 'mean' ? mean : median, inputs, write).run()
}

/** A text, with its last event. */
interface Text {
  readonly clone: number
  readonly reader: JsonReader
  event: JsonEvent
}

/** A container that is being written. */
interface Frame {
  readonly kind: 'object' | 'array'
  /** Members or items so far. */
  count: number
  /** Of the member at hand, as it is written. */
  key: string
  /** The texts themselves, while the rest of an object is read from sorted copies. */
  readonly unsorted: readonly Text[] | undefined
}

class InStep {
  readonly #combine: (numbers: readonly number[]) => number
  readonly #write: (chunk: Uint8Array) => Result<undefined, string>
  readonly #frames: Frame[] = []
  readonly #encoder = new TextEncoder()
  #texts: readonly Text[]
  #sorted = false
  #out = ''

  constructor(
    combine: (numbers: readonly number[]) => number,
    inputs: readonly JsonInput[],
    write: (chunk: Uint8Array) => Result<undefined, string>,
  ) {
    this.#combine = combine
    this.#write = write
    this.#texts = inputs.map(({ clone, chunks }) => textOf(clone, chunks))
  }

  async run(): Promise<Result<undefined, string>> {
    for (;;) {
      // No promise for each event: only for one that needs another chunk.
      for (let short = this.#advance(0); short !== undefined; short = this.#advance(short)) {
        await this.#texts[short]?.reader.fill()
      }
      const [text] = this.#texts
      if (text === undefined) return ok(undefined)
      let other: Text | undefined
      for (const one of this.#texts) {
        if (one.event === 'wrong') return err(notJson(one))
        if (one !== text && other === undefined && !isAlike(one, text)) other = one
      }
      if (text.event === 'the end of the text') return this.#flush()
      if (other === undefined) this.#accept(text)
      else {
        const problem = await this.#differ(text, other)
        if (problem !== undefined) return err(problem)
      }
      if (this.#out.length >= outputChunk) {
        const written = this.#flush()
        if (!written.ok) return written
      }
    }
  }

  /** Moves each text from the `from`-th on to its next event; the index of one that needs another chunk. */
  #advance(from: number): number | undefined {
    for (let at = from; at < this.#texts.length; at += 1) {
      const text = this.#texts[at] as Text
      text.event = text.reader.next()
      if (text.event === 'more') return at
    }
    return undefined
  }

  /** Writes what all texts have at this place. */
  #accept({ event, reader }: Text): void {
    const frame = this.#frames.at(-1)
    if (frame?.kind === 'array' && event !== 'end' && frame.count++ > 0) this.#out += ','
    switch (event) {
      case 'key':
        this.#member(frame as Frame, reader.raw)
        break
      case 'end':
        this.#close(frame as Frame)
        break
      case 'object':
      case 'array':
        this.#out += event === 'object' ? '{' : '['
        this.#frames.push({ kind: event, count: 0, key: '', unsorted: undefined })
        break
      case 'number':
        this.#out += String(this.#combine(this.#texts.map((one) => Number(one.reader.raw))))
        break
      default:
        this.#out += plain(reader.raw)
    }
  }

  #member(frame: Frame, raw: string): void {
    this.#out += `${frame.count > 0 ? ',' : ''}${plain(raw)}:`
    frame.count += 1
    frame.key = raw
  }

  #close({ kind, unsorted }: Frame): void {
    this.#frames.pop()
    this.#out += kind === 'object' ? '}' : ']'
    if (unsorted === undefined) return
    this.#texts = unsorted
    this.#sorted = false
  }

  /** Other keys may be there further on; all else that differs is a problem, in words. */
  async #differ(text: Text, other: Text): Promise<string | undefined> {
    const isAtKey = this.#frames.at(-1)?.kind === 'object' && (text.event === 'key' || text.event === 'end')
    if (isAtKey) return this.#sortRest()
    const where = pointer(this.#frames, 'next')
    return `${where} is ${shown(text)} in clone ${text.clone} and ${shown(other)} in clone ${other.clone}`
  }

  /** Reads the rest of the present object from every text, and goes on with sorted copies of it. */
  async #sortRest(): Promise<string | undefined> {
    const frame = this.#frames.at(-1) as Frame
    if (this.#sorted) return this.#missingKey(frame)
    const copies: Text[] = []
    for (const text of this.#texts) {
      const rest = await restOfObject(text)
      if (!rest.ok) {
        if (rest.error !== 'too long') return rest.error
        const where = pointer(this.#frames.slice(0, -1))
        return `the keys of ${where} come in different orders, and it has more than 16 MiB`
      }
      const copy = textOf(text.clone, [canonicalBytes(JSON.parse(rest.value))])
      await copy.reader.fill()
      copy.reader.next()
      copies.push(copy)
    }
    this.#frames[this.#frames.length - 1] = { ...frame, unsorted: this.#texts }
    this.#texts = copies
    this.#sorted = true
    return undefined
  }

  /** In sorted texts the least of differing keys is one that some text has not. */
  #missingKey(frame: Frame): string {
    const keyOf = ({ event, reader }: Text) => (event === 'key' ? decoded(reader.raw) : undefined)
    const keys = this.#texts.map(keyOf).filter((key) => key !== undefined)
    const least = keys.reduce((a, b) => (b < a ? b : a))
    const has = this.#texts.find((text) => keyOf(text) === least)
    const lacks = this.#texts.find((text) => keyOf(text) !== least)
    const where = pointer([...this.#frames.slice(0, -1), { ...frame, key: JSON.stringify(least) }])
    return `${where} is there in clone ${has?.clone} and not in clone ${lacks?.clone}`
  }

  #flush(): Result<undefined, string> {
    const chunk = this.#encoder.encode(this.#out)
    this.#out = ''
    return this.#write(chunk)
  }
}

function textOf(clone: number, chunks: JsonInput['chunks']): Text {
  return { clone, reader: new JsonReader(chunks), event: 'more' }
}

function notJson({ clone, reader }: Text): string {
  return `the output of clone ${clone} is not JSON: ${reader.problem}`
}

/** Whether both have the same at this place, but for numbers. */
function isAlike(one: Text, other: Text): boolean {
  if (one.event !== other.event) return false
  if (one.event !== 'key' && one.event !== 'string' && one.event !== 'literal') return true
  return one.reader.raw === other.reader.raw || decoded(one.reader.raw) === decoded(other.reader.raw)
}

/** The object whose member (or end) is the text's last event, from that member on; the text is left at its end. */
async function restOfObject(text: Text): Promise<Result<string, string>> {
  const { reader } = text
  let json = '{'
  // In each open container: the sign that closes it.
  const closing = ['}']
  for (let isFirst = true; ;) {
    switch (text.event) {
      case 'more':
        await reader.fill()
        break
      case 'wrong':
        return err(notJson(text))
      case 'end':
        json += closing.pop()
        isFirst = false
        break
      default: {
        const isMember = closing.at(-1) === '}' && text.event !== 'key'
        if (!isFirst && !isMember) json += ','
        isFirst = false
        if (text.event === 'object' || text.event === 'array') {
          json += text.event === 'object' ? '{' : '['
          closing.push(text.event === 'object' ? '}' : ']')
          isFirst = true
        } else json += text.event === 'key' ? `${reader.raw}:` : reader.raw
      }
    }
    if (closing.length === 0) return ok(json)
    if (json.length > maxReordered) return err('too long')
    text.event = reader.next()
  }
}

function decoded(raw: string): string {
  return JSON.parse(raw) as string
}

/** A string in its canonical form, a literal as it is. */
function plain(raw: string): string {
  return raw.includes('\\') ? JSON.stringify(decoded(raw)) : raw
}

function shown({ event, reader }: Text): string {
  if (event === 'object') return 'an object'
  if (event === 'array') return 'an array'
  if (event === 'end') return 'not there'
  return reader.raw.length > 60 ? `${reader.raw.slice(0, 60)}…` : reader.raw
}

/** The JSON pointer of the present item or member, or of the one that is next in the innermost array, between backticks. */
function pointer(frames: readonly Frame[], place: 'present' | 'next' = 'present'): string {
  const steps = frames.map(({ kind, count, key }, depth) => {
    const index = place === 'next' && depth === frames.length - 1 ? count : count - 1
    const step = kind === 'array' ? String(index) : decoded(key)
    return `/${step.replaceAll('~', '~0').replaceAll('/', '~1')}`
  })
  return steps.length === 0 ? 'the value' : `\`${steps.join('')}\``
}
