import { dirname, extname, resolve } from 'node:path'
import type { Readable } from 'node:stream'
import { err, ok, type Result } from '#core/result.ts'
import type { Diagnostic } from '#core/workflow/diagnostic.ts'
import type { SourceText } from '#core/workflow/document/source-text.ts'
import { checkValue, parseWorkflow, type ParsedWorkflow } from '#core/workflow/parse-workflow.ts'
import { importModule } from '#local/workflow-file/import-module.ts'
import { readSource } from '#local/workflow-file/read-source.ts'

/** A checked workflow, and the folder that its paths are relative to. */
export interface ParsedFile extends ParsedWorkflow {
  readonly baseDir: string
}

/** What is wrong with a workflow file, with its text for the lines that are shown. */
export interface FileErrors {
  readonly diagnostics: readonly Diagnostic[]
  readonly source: SourceText
  /** Whether there is no such file. */
  readonly missing: boolean
}

/** Reads and checks a workflow: YAML, JSON or a module by its extension, YAML or JSON by its first sign for `-` and others. */
export async function parseFile(
  file: string,
  stdin: Readable = process.stdin,
): Promise<Result<ParsedFile, FileErrors>> {
  const name = file === '-' ? '<stdin>' : file
  const text = await readSource(file, stdin)
  if (!text.ok) return err({ ...text.error, source: { name, text: '' } })
  const source = { name, text: text.value }
  const parsed = await parse(file, source)
  if (!parsed.ok) return err({ diagnostics: parsed.error, source, missing: false })
  return ok({ ...parsed.value, source, baseDir: file === '-' ? process.cwd() : dirname(resolve(file)) })
}

async function parse(file: string, source: SourceText): Promise<Result<ParsedWorkflow, readonly Diagnostic[]>> {
  const extension = extname(file).toLowerCase()
  if (['.ts', '.mts', '.js', '.mjs'].includes(extension)) {
    const exported = await importModule(file)
    return exported.ok ? checkValue(exported.value, source.name) : exported
  }
  const isJson = extension === '.json' || (!/^\.ya?ml$/.test(extension) && /^\s*[{[]/.test(source.text))
  return parseWorkflow(source.text, { format: isJson ? 'json' : 'yaml', fileName: source.name })
}
