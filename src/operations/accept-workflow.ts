import { z } from 'zod'
import type { CodeManifest } from '#contract/code-manifest.ts'
import { blobKey } from '#contract/object-keys.ts'
import type { Problem } from '#contract/problem.ts'
import { sha256 } from '#core/hash.ts'
import type { Json } from '#core/json.ts'
import { err, ok, type Result } from '#core/result.ts'
import type { Diagnostic } from '#core/workflow/diagnostic.ts'
import { isObject } from '#core/workflow/document/document.ts'
import { LIMITS } from '#core/workflow/limits.ts'
import { checkValue, parseWorkflow } from '#core/workflow/parse-workflow.ts'
import type { Code, Input, Task, Workflow } from '#core/workflow/workflow.ts'
import { refusedWorkflow } from '#operations/refused-workflow.ts'
import type { ObjectStore } from '#ports/object-store.ts'

type Objects = Pick<ObjectStore, 'read' | 'size'>

/**
 * A workflow as a stranger submits it: a document, or the hash of one that was uploaded as JSON. It is checked as a file is,
 * and its code and files must be uploads that are there; no path is read. Without `code` its tasks have none. Linear.
 */
export async function acceptWorkflow(objects: Objects, given: Json): Promise<Result<Workflow, Problem>> {
  const parsed = typeof given === 'string' ? await uploaded(objects, given) : checkValue(withCode(given), 'the request')
  if (!parsed.ok) return err(refusedWorkflow(parsed.error))
  const { workflow } = parsed.value
  const faults: Diagnostic[] = []
  const report = (path: string, message: string, fix: string): void =>
    void faults.push({ code: 'WF-FILE', message, path, fix })
  const codes = new Map<string, string | undefined>()
  const tasks: Task[] = []
  for (const task of workflow.tasks) {
    const place = `/tasks/${task.id}`
    const wrong = await codeProblem(objects, task.code, codes)
    if (wrong !== undefined) report(`${place}/code`, wrong, uploadFirst)
    tasks.push({ ...task, inputs: await sized(objects, task.inputs, `${place}/inputs`, report) })
  }
  if (faults.length > 0) return err(refusedWorkflow(faults.slice(0, LIMITS.diagnostics.value)))
  const isUsed = tasks.some(({ code }) => code.kind === 'blob')
  return ok({ ...workflow, code: isUsed || workflow.code.kind === 'blob' ? workflow.code : { kind: 'none' }, tasks })
}

const uploadFirst = 'upload the content first (POST /uploads), and name it as `blob: sha256:…`, or write `code: none`'

/** The folder of the file is the default, and a request comes from none. */
function withCode(given: Json): Json {
  return isObject(given) && given['code'] === undefined ? { ...given, code: 'none' } : given
}

async function uploaded(objects: Objects, blob: string): Promise<ReturnType<typeof parseWorkflow>> {
  const hash = blob.slice('sha256:'.length)
  const absent = (message: string) => err([{ code: 'WF-READ' as const, message, path: '', fix: uploadFirst }])
  const bytes = await objects.size(blobKey(hash))
  if (bytes === undefined) return absent(`${blob} was not uploaded`)
  if (bytes > LIMITS.jsonBytes.value) return absent(`${blob} is longer than a workflow may be`)
  const content = await objects.read(blobKey(hash))
  if (content === undefined || sha256(content) !== hash) return absent(`${blob} is not what was uploaded`)
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(content)
  } catch {
    return absent(`${blob} is not UTF-8 text`)
  }
  return parseWorkflow(text, { format: 'json', fileName: blob })
}

/** What is wrong with the code of a task; each is looked at once. */
async function codeProblem(
  objects: Objects,
  code: Code,
  known: Map<string, string | undefined>,
): Promise<string | undefined> {
  if (code.kind === 'none') return undefined
  if (code.kind === 'folder') return `the folder \`${code.path}\` is on the machine of the sender`
  if (!known.has(code.sha256)) known.set(code.sha256, await manifestProblem(objects, code.sha256))
  return known.get(code.sha256)
}

/** Where paths lead is looked at where they are followed. */
const innerPath = z.string().min(1).max(4_096)
/** A manifest of as many files as there may be is shorter. */
const manifestBytes = 32 * 1024 ** 2
const manifestSchema: z.ZodType<CodeManifest> = z.strictObject({
  files: z
    .array(
      z.strictObject({
        bytes: z.int().min(0),
        executable: z.boolean(),
        path: innerPath,
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .max(LIMITS.codeFiles.value),
  links: z.array(z.strictObject({ path: innerPath, target: z.string().min(1) })).max(LIMITS.codeFiles.value),
})

async function manifestProblem(objects: Objects, hash: string): Promise<string | undefined> {
  const length = await objects.size(blobKey(hash))
  if (length === undefined) return `the code sha256:${hash} was not uploaded`
  const bytes = length > manifestBytes ? undefined : await objects.read(blobKey(hash))
  const manifest = manifestSchema.safeParse(jsonOf(bytes))
  if (!manifest.success) return `sha256:${hash} is not the manifest of a code folder`
  for (const file of manifest.data.files) {
    if ((await objects.size(blobKey(file.sha256))) !== file.bytes) {
      return `the file \`${file.path}\` of the code sha256:${hash} was not uploaded, or has another size`
    }
  }
  return undefined
}

/** The inputs with the sizes of the files among them. */
async function sized(
  objects: Objects,
  inputs: Task['inputs'],
  place: string,
  report: (path: string, message: string, fix: string) => void,
): Promise<Task['inputs']> {
  const entries = Object.entries(inputs)
  if (!entries.some(([, input]) => input.kind === 'file')) return inputs
  const found: [string, Input][] = []
  for (const [name, input] of entries) {
    if (input.kind !== 'file') {
      found.push([name, input])
      continue
    }
    const bytes = input.sha256 === undefined ? undefined : await objects.size(blobKey(input.sha256))
    if (bytes !== undefined) found.push([name, { ...input, bytes }])
    else if (input.sha256 === undefined) {
      report(`${place}/${name}`, `the file \`${input.path}\` is on the machine of the sender`, uploadFirst)
    } else report(`${place}/${name}`, `the file sha256:${input.sha256} was not uploaded`, uploadFirst)
  }
  return Object.fromEntries(found)
}

function jsonOf(bytes: Uint8Array | undefined): unknown {
  try {
    return bytes && JSON.parse(new TextDecoder().decode(bytes))
  } catch {
    return undefined
  }
}
