import { err, ok, type Result } from '#core/result.ts'
import { checkWorkflow } from '#core/workflow/check/check-workflow.ts'
import type { Diagnostic } from '#core/workflow/diagnostic.ts'
import type { ParsedDocument, Place } from '#core/workflow/document/document.ts'
import { readJson } from '#core/workflow/document/json-document.ts'
import type { SourceText } from '#core/workflow/document/source-text.ts'
import { copyAsJson } from '#core/workflow/document/value-document.ts'
import { readYaml } from '#core/workflow/document/yaml-document.ts'
import { Findings } from '#core/workflow/findings.ts'
import { beyondLimit, LIMITS } from '#core/workflow/limits.ts'
import type { Workflow } from '#core/workflow/workflow.ts'

/** How a text is to be read, and the name it is shown under. */
export interface ParseOptions {
  readonly format: 'yaml' | 'json'
  readonly fileName: string
}

/** A workflow with the document that it came from, which knows the place of everything in it. */
export interface ParsedWorkflow {
  readonly workflow: Workflow
  readonly source: SourceText
  /** The way from a place in the workflow's document to its text. */
  readonly locate: ParsedDocument['locate']
}

/**
 * The one way in: text to document, document to workflow. All errors of a text come at once, sorted by place. Never
 * throws on what a text holds; linear in its length.
 */
export function parseWorkflow(text: string, options: ParseOptions): Result<ParsedWorkflow, readonly Diagnostic[]> {
  const tooLong = sizeProblem(text, options.format)
  if (tooLong !== undefined) return err([tooLong])
  const document = options.format === 'json' ? readJson(text) : readYaml(text)
  if (!document.ok) return document
  return checkDocument(document.value, { name: options.fileName, text })
}

/** Checks a workflow that was made by code. There is no text, so errors tell the path only. */
export function checkValue(value: unknown, name: string): Result<ParsedWorkflow, readonly Diagnostic[]> {
  const findings = new Findings()
  const locate = (places: readonly Place[]) => places.map(() => undefined)
  const json = copyAsJson(value, findings)
  if (!findings.isEmpty) return err(findings.placedIn({ locate }, ''))
  return checkDocument({ value: json, locate }, { name, text: '' })
}

function checkDocument(document: ParsedDocument, source: SourceText): Result<ParsedWorkflow, readonly Diagnostic[]> {
  const findings = new Findings()
  const workflow = checkWorkflow(document.value, findings)
  if (workflow === undefined) return err(findings.placedIn(document, source.text))
  return ok({ workflow, source, locate: document.locate })
}

function sizeProblem(text: string, format: 'yaml' | 'json'): Diagnostic | undefined {
  const limit = format === 'json' ? 'jsonBytes' : 'yamlBytes'
  // Counted in code units, of which there are never more than bytes; who reads a file knows its bytes.
  if (text.length <= LIMITS[limit].value) return undefined
  return {
    code: 'WF-LIMIT',
    message: beyondLimit(`the ${format === 'json' ? 'JSON' : 'YAML'} is too long`, text.length, limit),
    path: '',
    fix:
      format === 'json'
        ? 'repeat tasks with `forEach`, or keep data in files'
        : `write the workflow as JSON, which may have ${LIMITS.jsonBytes.value} bytes`,
  }
}
