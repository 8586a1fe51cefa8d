import { openAsBlob } from 'node:fs'
import { stat } from 'node:fs/promises'
import { problemOf } from '#client/api-problem.ts'
import { documentOf, valueOf, type Api } from '#client/api.ts'
import type { Upload } from '#contract/control-plane.ts'
import { ProblemError } from '#contract/problem.ts'

/** What one request may ask for. */
const askedAtOnce = 1_000
/** Transfers side by side. */
const transfers = 6

/** Uploads what the service does not know yet; files are read as they are sent. @throws ProblemError */
export async function uploadAll(api: Api, uploads: readonly Upload[]): Promise<void> {
  const all = [...new Map(uploads.map((upload) => [upload.sha256, upload])).values()]
  for (let start = 0; start < all.length; start += askedAtOnce)
    await uploadSome(api, all.slice(start, start + askedAtOnce))
}

async function uploadSome(api: Api, uploads: readonly Upload[]): Promise<void> {
  const body = await Promise.all(
    uploads.map(async ({ sha256, from }) => ({
      sha256,
      bytes: 'file' in from ? (await stat(from.file)).size : from.bytes.length,
    })),
  )
  const asked = api.typed.POST('/uploads', { body })
  const wanted = valueOf(await documentOf(api, 'uploads', asked)).uploads.values()
  const byHash = new Map(uploads.map((upload) => [upload.sha256, upload]))
  const carry = async (): Promise<void> => {
    for (const { sha256, url, headers } of wanted) {
      const upload = byHash.get(sha256)
      if (upload !== undefined) await put(api, upload, { url: api.at(url), headers })
    }
  }
  await Promise.all(Array.from({ length: transfers }, carry))
}

async function put(
  api: Api,
  { from }: Upload,
  { url, headers }: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
): Promise<void> {
  const content = 'file' in from ? await openAsBlob(from.file) : new Blob([Uint8Array.from(from.bytes)])
  // As long as it takes: it is moving.
  const response = await api.fetch(
    () => new Request(url, { method: 'PUT', headers, body: content, redirect: 'error' }),
    {
      streamed: true,
    },
  )
  if (!response.ok) throw new ProblemError(await problemOf(api.url, response))
  await response.body?.cancel()
}
