import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { dirname, isAbsolute, join, resolve, sep } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { problemOf, unreachable } from '#client/api-problem.ts'
import { documentOf, type Answered, type Api, type JsonOf } from '#client/api.ts'
import { jitteredMs, usualTries } from '#client/patient-fetch.ts'
import { ProblemError, type Problem } from '#contract/problem.ts'
import { canonicalHash } from '#core/hash.ts'
import { err, ok, type Result } from '#core/result.ts'

/** Some content, and where it is read. */
interface Content {
  readonly href: string
  readonly sha256: string
}

/** Writes an output to `folder` under its own name, and gives the path. Content that is there already is not read again. */
export async function saveOutput(
  api: Api,
  run: string,
  name: string,
  folder: string,
): Promise<Result<string, Problem>> {
  const asked = api.typed.GET('/runs/{id}/outputs', { params: { path: { id: run } } })
  const listed = await documentOf(api, 'outputs', asked)
  if (!listed.ok) return listed
  const output = Object.hasOwn(listed.value.outputs, name) ? listed.value.outputs[name] : undefined
  if (output === undefined) return err(noOutput(run, name))
  const target = resolve(folder, name)
  try {
    if (output.type === 'directory') await saveDirectory(api, run, name, { target, sha256: output.sha256 })
    else await saveFile(api, output, target)
  } catch (error) {
    if (error instanceof ProblemError) return err(error.problem)
    throw error
  }
  return ok(target)
}

async function saveDirectory(
  api: Api,
  run: string,
  name: string,
  { target, sha256 }: { readonly target: string; readonly sha256: string },
): Promise<void> {
  const asked = api.typed.GET('/runs/{id}/outputs/{name}', { params: { path: { id: run, name } } })
  const listed = await documentOf(api, 'files', asked as Answered<JsonOf<'getOutput'>>)
  if (!listed.ok) throw new ProblemError(listed.error)
  const { files } = listed.value
  const listing = files.map(({ path, bytes, sha256: hash }) => ({ path, bytes, sha256: hash }))
  if (canonicalHash(listing) !== sha256) throw new ProblemError(otherContent(name))
  await mkdir(target, { recursive: true })
  for (const file of files) {
    const path = join(target, file.path)
    // What a service says is no reason to write elsewhere.
    if (isAbsolute(file.path) || !path.startsWith(target + sep)) throw new ProblemError(strangePath(file.path))
    await saveFile(api, file, path)
  }
}

/** Whole, or not at all. */
async function saveFile(api: Api, content: Content, path: string): Promise<void> {
  if ((await hashOf(path)) === content.sha256) return
  await mkdir(dirname(path), { recursive: true })
  const draft = `${path}.${randomUUID()}`
  try {
    await download(api, content, draft)
    await rename(draft, path)
  } finally {
    await rm(draft, { force: true })
  }
}

/** A transfer that breaks off begins anew. */
async function download(api: Api, { href, sha256 }: Content, path: string): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    const response = await api.fetch(() => new Request(api.at(href)), { streamed: true })
    if (!response.ok || response.body === null) throw new ProblemError(await problemOf(api.url, response))
    const digest = createHash('sha256')
    const hashing = new Transform({
      transform(chunk: Buffer, _, done) {
        digest.update(chunk)
        done(undefined, chunk)
      },
    })
    const file = createWriteStream(path)
    try {
      await pipeline(response.body, hashing, file)
    } catch (error) {
      api.closing.throwIfAborted()
      // The disk, not the line.
      if (file.errored === error && error instanceof Error && 'syscall' in error) throw error
      if (tried >= usualTries) throw new ProblemError(unreachable(api.url, error), { cause: error })
      await api.pause(jitteredMs(tried))
      continue
    }
    if (digest.digest('hex') !== sha256) throw new ProblemError(otherContent(href))
    return
  }
}

/** `undefined` when there is no such file. */
async function hashOf(path: string): Promise<string | undefined> {
  const digest = createHash('sha256')
  try {
    for await (const chunk of createReadStream(path)) digest.update(chunk as Buffer)
    return digest.digest('hex')
  } catch {
    return undefined
  }
}

function noOutput(run: string, name: string): Problem {
  return {
    code: 'OUTPUT-NOT-FOUND',
    message: `run ${run} has no committed output ${name}`,
    fix: `see \`forkcast outputs ${run}\``,
    exitCode: 3,
  }
}

function otherContent(what: string): Problem {
  return {
    code: 'OTHER-CONTENT',
    message: `the content of ${what} is not what its hash says`,
    fix: 'try again; if it stays so, what the service keeps is damaged',
    exitCode: 1,
  }
}

function strangePath(path: string): Problem {
  return {
    code: 'STRANGE-PATH',
    message: `the output has a file ${JSON.stringify(path)}, which is outside of its folder`,
    fix: 'read it by its address instead',
    exitCode: 1,
  }
}
