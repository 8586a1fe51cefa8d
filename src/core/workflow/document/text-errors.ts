import { arrangeDiagnostics, type Diagnostic } from '#core/workflow/diagnostic.ts'
import { jsonPointer, type Path, type Span } from '#core/workflow/document/document.ts'
import { positionFinder } from '#core/workflow/document/source-text.ts'
import { quoted } from '#core/workflow/quoted.ts'

/** A {@link Diagnostic} that knows its place as a span of the text. */
export type TextError = Omit<Diagnostic, 'path' | 'position'> & { readonly path?: Path; readonly span: Span }

/** Collects what is wrong with a text before it has a tree, by span; beyond a bound it only counts. */
export class TextErrors {
  readonly #text: string
  readonly #kept: TextError[] = []
  #omitted = 0

  constructor(text: string) {
    this.#text = text
  }

  get count(): number {
    return this.#kept.length + this.#omitted
  }

  add(error: TextError): void {
    if (this.#kept.length < 1_000) this.#kept.push(error)
    else this.#omitted++
  }

  addDuplicateKey(key: string, path: Path, span: Span): void {
    this.add({
      code: 'WF-DUPLICATE-KEY',
      message: `the key ${quoted(key)} is given twice`,
      fix: 'keep one of the two, or rename one',
      path,
      span,
    })
  }

  addForbiddenKey(key: string, path: Path, span: Span): void {
    this.add({
      code: 'WF-FORBIDDEN-KEY',
      message: `the key ${quoted(key)} is not allowed anywhere in a workflow`,
      fix: 'rename the key',
      path,
      span,
    })
  }

  /** The errors as diagnostics, sorted by place. */
  placed(): readonly Diagnostic[] {
    const positionOf = positionFinder(this.#text)
    const all = this.#kept.map(({ span, path, ...rest }): Diagnostic => ({
      ...rest,
      path: jsonPointer(path ?? []),
      position: positionOf(span),
    }))
    return arrangeDiagnostics(all, this.#omitted)
  }
}
