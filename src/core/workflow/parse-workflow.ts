import { err, ok, type Result } from '#core/result.ts'
import type { Json } from '#core/json.ts'
import { checkWorkflow } from './check/check-workflow.ts'
import type { Diagnostic } from './diagnostic.ts'
import type { ParsedDocument } from './document/document.ts'
import { readJson } from './document/json-document.ts'
import type { SourceText } from './document/source-text.ts'
import { readYaml } from './document/yaml-document.ts'
import { Findings } from './findings.ts'
import { beyondLimit, LIMITS } from './limits.ts'
import { utf8Length } from './utf8-length.ts'
import type { Workflow } from './workflow.ts'

/** How a text is to be read, and the name it is shown under. */
export interface ParseOptions {
  readonly format: 'yaml' | 'json'
  readonly fileName: string
}

/** A workflow with the document that it came from, which knows the place of everything in it. */
export interface ParsedWorkflow {
  readonly workflow: Workflow
  readonly source: SourceText
  readonly document: ParsedDocument
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
export function checkValue(value: Json, name: string): Result<ParsedWorkflow, readonly Diagnostic[]> {
  return checkDocument({ value, locate: (places) => places.map(() => undefined) }, { name, text: '' })
}

function checkDocument(document: ParsedDocument, source: SourceText): Result<ParsedWorkflow, readonly Diagnostic[]> {
  const findings = new Findings()
  const workflow = checkWorkflow(document.value, findings)
  if (workflow === undefined) return err(findings.placedIn(document, source.text))
  return ok({ workflow, source, document })
}

function sizeProblem(text: string, format: 'yaml' | 'json'): Diagnostic | undefined {
  const limit = format === 'json' ? 'jsonBytes' : 'yamlBytes'
  const bytes = utf8Length(text)
  if (bytes <= LIMITS[limit].value) return undefined
  return {
    code: 'WF-LIMIT',
    message: beyondLimit(`the ${format === 'json' ? 'JSON' : 'YAML'} is too long`, bytes, limit),
    path: '',
    fix: format === 'json' ? 'repeat tasks with `forEach`, or keep data in files' : `write the workflow as JSON, which may have ${LIMITS.jsonBytes.value} bytes`,
  }
}
