import type { Problem } from '#contract/problem.ts'
import { ok } from '#core/result.ts'
import type { StagedFile, StagedOutput } from '#core/run/manifest.ts'
import type { RunRecord } from '#core/run/run.ts'
import { committedOutput, committedOutputs, hashOfOutput } from '#operations/documents/committed-outputs.ts'
import { refused, type Outcome } from '../answer.ts'
import type { ApiPorts } from '../api-ports.ts'
import { byteRange } from '../byte-range.ts'
import type { RequestOf } from '../read-request.ts'
import { runOf } from './runs.ts'

/** Bytes that one answer holds: a function may answer 6 MB, and base64 makes four of three. */
const mostBytes = 4 * 1024 ** 2

export async function listOutputs(ports: ApiPorts, { params }: RequestOf<'listOutputs'>): Promise<Outcome> {
  const run = await runOf(ports, params.id)
  if (!run.ok) return run
  const outputs = Object.fromEntries(
    Object.entries(await committedOutputs(ports, run.value)).map(([name, staged]) => [
      name,
      { type: staged.type, bytes: staged.bytes, sha256: hashOfOutput(staged), href: hrefOf(run.value, name) },
    ]),
  )
  return ok({ kind: 'document', body: { outputs } })
}

export async function getOutput(ports: ApiPorts, request: RequestOf<'getOutput'>): Promise<Outcome> {
  const { params, query, headers } = request
  const run = await runOf(ports, params.id)
  if (!run.ok) return run
  const staged = await committedOutput(ports, run.value, params.name)
  if (staged === undefined) return refused(noOutput(run.value, params.name))
  if (staged.type === 'directory' && query.file === undefined) {
    return ok({ kind: 'document', body: filesOf(run.value, params.name, staged), etag: hashOfOutput(staged) })
  }
  const file = fileOf(staged, query.file)
  if (file === undefined) return refused(noFile(params.name, query.file ?? ''))
  const etag = `"${file.sha256}"`
  const isSame = headers['if-range'] === undefined || headers['if-range'] === etag
  const range = byteRange(isSame ? headers.range : undefined, file.bytes)
  if (range === 'outside') {
    return refused(outside(file.bytes), 416, { 'Content-Range': `bytes */${file.bytes}` })
  }
  const mediaType = mediaTypeOf(staged.type)
  const { start, end } = range ?? { start: 0, end: file.bytes }
  if (end - start > mostBytes) {
    const location = await ports.links.get({ key: file.object, mediaType })
    return ok({ kind: 'empty', status: 307, headers: { Location: location } })
  }
  const bytes = await ports.objects.slice(file.object, start, end - start)
  if (bytes === undefined) throw new Error(`object ${file.object} is gone, and a run names it`)
  if (range === undefined) {
    return ok({ kind: 'bytes', status: 200, bytes, mediaType, headers: { ETag: etag, 'Accept-Ranges': 'bytes' } })
  }
  const part = { ETag: etag, 'Content-Range': `bytes ${start}-${end - 1}/${file.bytes}` }
  return ok({ kind: 'bytes', status: 206, bytes, mediaType: 'application/octet-stream', headers: part })
}

type Directory = Extract<StagedOutput, { readonly type: 'directory' }>

function filesOf(run: RunRecord, name: string, { files }: Directory) {
  const href = hrefOf(run, name)
  return {
    files: files.map(({ path, bytes, sha256 }) => ({
      path,
      bytes,
      sha256,
      href: `${href}?file=${encodeURIComponent(path)}`,
    })),
  }
}

/** A file that is listed; of an output that is a file itself, that one. */
function fileOf(staged: StagedOutput, path: string | undefined): StagedFile | undefined {
  if (staged.type === 'directory') return staged.files.find((file) => file.path === path)
  return path === undefined ? staged : undefined
}

function hrefOf({ id }: RunRecord, name: string): string {
  return `/runs/${id}/outputs/${encodeURIComponent(name)}`
}

/** What a task left is shown as what it was declared to be, and never as a page. */
function mediaTypeOf(type: StagedOutput['type']): string {
  if (type === 'json') return 'application/json'
  return type === 'text' ? 'text/plain; charset=utf-8' : 'application/octet-stream'
}

function outside(bytes: number): Problem {
  return {
    code: 'RANGE',
    message: `the range is outside of the ${bytes} bytes`,
    fix: 'ask for bytes that are there',
    exitCode: 2,
    path: '/headers/range',
  }
}

function noOutput(run: RunRecord, name: string): Problem {
  return {
    code: 'OUTPUT-NOT-FOUND',
    message: `run ${run.id} has no committed output ${name}`,
    fix: `see /runs/${run.id}/outputs`,
    exitCode: 3,
  }
}

function noFile(name: string, file: string): Problem {
  return {
    code: 'OUTPUT-NOT-FOUND',
    message: `output ${name} has no file ${file}`,
    fix: 'take a path as the output lists it',
    exitCode: 3,
    path: '/query/file',
  }
}
