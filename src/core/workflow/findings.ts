import { arrangeDiagnostics, type Diagnostic, type DiagnosticCode } from '#core/workflow/diagnostic.ts'
import { jsonPointer, type ParsedDocument, type Place } from '#core/workflow/document/document.ts'
import { positionFinder } from '#core/workflow/document/source-text.ts'

/** A {@link Diagnostic} that knows its place by meaning only, so that checks need no text. */
export interface Finding extends Place {
  readonly code: DiagnosticCode
  readonly message: string
  readonly fix: string
  readonly related?: readonly (Place & { readonly message: string })[]
}

/** More than are shown, so that those shown are the first of the file and not the first that were found. */
const MOST_KEPT = 1_000

/** Collects findings; beyond a bound it only counts, so that a hostile file cannot fill memory with errors. */
export class Findings {
  readonly #kept: Finding[] = []
  #omitted = 0

  add(finding: Finding): void {
    if (this.isFull) this.#omitted++
    else this.#kept.push(finding)
  }

  /** Whether findings are counted only: then nothing costly should be done for one. */
  get isFull(): boolean {
    return this.#kept.length >= MOST_KEPT
  }

  /** Counts findings that were not put into words. */
  addUntold(count: number): void {
    this.#omitted += count
  }

  get isEmpty(): boolean {
    return this.#kept.length === 0
  }

  /** The findings as diagnostics, with positions where the document has a text. */
  placedIn(document: Pick<ParsedDocument, 'locate'>, text: string): readonly Diagnostic[] {
    const places: readonly Place[] = this.#kept.flatMap((finding): Place[] => [finding, ...(finding.related ?? [])])
    const spans = document.locate(places)
    const positionOf = positionFinder(text)
    const spanOf = new Map(places.map((place, index) => [place, spans[index]]))
    const position = (place: Place) => {
      const span = spanOf.get(place)
      return span === undefined ? {} : { position: positionOf(span) }
    }
    const placed = this.#kept.map((finding): Diagnostic => ({
      code: finding.code,
      message: finding.message,
      path: jsonPointer(finding.path),
      ...position(finding),
      fix: finding.fix,
      ...(finding.related === undefined
        ? {}
        : {
            related: finding.related.map((place) => ({
              message: place.message,
              path: jsonPointer(place.path),
              ...position(place),
            })),
          }),
    }))
    return arrangeDiagnostics(placed, this.#omitted)
  }
}
