/** What a reader meets next. `more`: nothing, until it is filled. `wrong`: the text is no JSON; see `problem`. */
export type JsonEvent =
  | 'object'
  | 'array'
  | 'key'
  | 'string'
  | 'number'
  | 'literal'
  | 'end'
  | 'the end of the text'
  | 'more'
  | 'wrong'

/** As deep as JSON outputs may be. */
const maxDepth = 500
/** Characters of one key, string or number: what a reader holds besides one chunk. */
const maxToken = 1024 ** 2

const space = /[ \n\r\t]*/y
const scalar = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
/** Whatever a number or literal may consist of, so that one that is cut off is not taken for a whole one. */
const scalarUnits = /[-+.\w]*/y
const special = /[\\\p{Cc}]/u

/**
 * Reads one JSON text (RFC 8259, UTF-8 with no byte order mark) event by event as its chunks come, in bounded memory. Takes
 * only what has a canonical form: finite numbers and whole characters. Linear.
 */
export class JsonReader {
  readonly #chunks: AsyncIterator<Uint8Array | string> | Iterator<Uint8Array | string>
  readonly #decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  #text = ''
  #offset = 0
  #passed = 0
  #isWhole = false
  /** The containers around the next event, innermost last. */
  readonly #within: ('object' | 'array')[] = []
  #expects: Expects = 'a value'

  /** The key, string, number or literal of the last event, as it is written. */
  raw = ''
  /** What is wrong, and where. */
  problem = ''

  constructor(chunks: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>) {
    this.#chunks = Symbol.asyncIterator in chunks ? chunks[Symbol.asyncIterator]() : chunks[Symbol.iterator]()
  }

  /** Takes the next chunk, if there is one. */
  async fill(): Promise<void> {
    const next = await this.#chunks.next()
    this.#passed += this.#offset
    let text = ''
    try {
      const chunk = next.done === true ? new Uint8Array() : next.value
      text = typeof chunk === 'string' ? chunk : this.#decoder.decode(chunk, { stream: next.done !== true })
    } catch {
      this.problem = 'it is not UTF-8'
    }
    this.#text = this.#text.slice(this.#offset) + text
    this.#offset = 0
    this.#isWhole = next.done === true
  }

  next(): JsonEvent {
    if (this.problem !== '') return 'wrong'
    for (;;) {
      this.#offset = endOfSpace(this.#text, this.#offset)
      if (this.#offset === this.#text.length) {
        if (!this.#isWhole) return 'more'
        return this.#expects === 'nothing more' ? 'the end of the text' : this.#wrong('it ends')
      }
      const sign = this.#text.charAt(this.#offset)
      switch (this.#expects) {
        case 'a value or `]`':
          if (sign === ']') return this.#close()
          return this.#value(sign)
        case 'a value':
          return this.#value(sign)
        case 'a key or `}`':
          if (sign === '}') return this.#close()
          return this.#key(sign)
        case 'a key':
          return this.#key(sign)
        case '`:`':
          if (sign !== ':') return this.#wrong()
          this.#pass('a value')
          break
        case '`,` or `}`':
          if (sign === '}') return this.#close()
          if (sign !== ',') return this.#wrong()
          this.#pass('a key')
          break
        case '`,` or `]`':
          if (sign === ']') return this.#close()
          if (sign !== ',') return this.#wrong()
          this.#pass('a value')
          break
        case 'nothing more':
          return this.#wrong()
      }
    }
  }

  #pass(expects: Expects): void {
    this.#offset += 1
    this.#expects = expects
  }

  #value(sign: string): JsonEvent {
    if (sign === '{' || sign === '[') {
      if (this.#within.length === maxDepth) return this.#wrong(`it is nested more than ${maxDepth} levels deep`)
      this.#within.push(sign === '{' ? 'object' : 'array')
      this.#pass(sign === '{' ? 'a key or `}`' : 'a value or `]`')
      return sign === '{' ? 'object' : 'array'
    }
    return sign === '"' ? this.#string('string') : this.#scalar()
  }

  #key(sign: string): JsonEvent {
    return sign === '"' ? this.#string('key') : this.#wrong()
  }

  #close(): JsonEvent {
    this.#within.pop()
    this.#offset += 1
    this.#afterValue()
    return 'end'
  }

  #afterValue(): void {
    const around = this.#within.at(-1)
    this.#expects = around === undefined ? 'nothing more' : around === 'object' ? '`,` or `}`' : '`,` or `]`'
  }

  #scalar(): JsonEvent {
    const units = endOf(scalarUnits, this.#text, this.#offset)
    if (units === this.#text.length && !this.#isWhole) return this.#tooLong(units) ?? 'more'
    const end = endOf(scalar, this.#text, this.#offset)
    if (end === this.#offset || end !== units) return this.#wrong()
    const raw = this.#text.slice(this.#offset, end)
    const isNumber = raw.charCodeAt(0) < 0x3a
    if (isNumber && !Number.isFinite(Number(raw))) return this.#wrong('a number is beyond 64 bits')
    const refused = this.#take(end)
    if (refused !== undefined) return refused
    this.#afterValue()
    return isNumber ? 'number' : 'literal'
  }

  #string(event: 'string' | 'key'): JsonEvent {
    const end = endOfString(this.#text, this.#offset)
    if (end === undefined) {
      if (this.#isWhole) return this.#wrong('a string does not end')
      return this.#tooLong(this.#text.length) ?? 'more'
    }
    const problem = stringProblem(this.#text.slice(this.#offset, end))
    if (problem !== undefined) return this.#wrong(problem)
    const refused = this.#take(end)
    if (refused !== undefined) return refused
    if (event === 'key') this.#expects = '`:`'
    else this.#afterValue()
    return event
  }

  #take(end: number): 'wrong' | undefined {
    const refused = this.#tooLong(end)
    this.raw = this.#text.slice(this.#offset, end)
    this.#offset = end
    return refused
  }

  #tooLong(end: number): 'wrong' | undefined {
    if (end - this.#offset <= maxToken) return undefined
    return this.#wrong('a string or number has more than 1 MiB')
  }

  #wrong(what = `${this.#expects} was expected`): 'wrong' {
    this.problem = `${what} (character ${this.#passed + this.#offset + 1})`
    return 'wrong'
  }
}

type Expects =
  | 'a value'
  | 'a value or `]`'
  | 'a key'
  | 'a key or `}`'
  | '`:`'
  | '`,` or `}`'
  | '`,` or `]`'
  | 'nothing more'

/** Where white space from `start` on ends. Most texts have none. */
function endOfSpace(text: string, start: number): number {
  return text.charCodeAt(start) > 0x20 ? start : endOf(space, text, start)
}

/** Where the match of a sticky pattern at `start` ends; `start` when it does not match there. */
function endOf(sticky: RegExp, text: string, start: number): number {
  sticky.lastIndex = start
  return sticky.test(text) ? sticky.lastIndex : start
}

function endOfString(text: string, start: number): number | undefined {
  for (let from = start + 1; ;) {
    const quote = text.indexOf('"', from)
    if (quote === -1) return undefined
    let escapes = quote
    while (text.charAt(escapes - 1) === '\\') escapes -= 1
    // The quote that opens the string ends the count of backslashes at the latest.
    if ((quote - escapes) % 2 === 0) return quote + 1
    from = quote + 1
  }
}

function stringProblem(raw: string): string | undefined {
  if (!special.test(raw)) return undefined
  try {
    return (JSON.parse(raw) as string).isWellFormed() ? undefined : 'a string holds half of a character'
  } catch {
    return 'a string holds a bare control character or an unknown escape'
  }
}
