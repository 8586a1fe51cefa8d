import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { blobKey } from '#contract/object-keys.ts'

/** How long a link works; less where the credentials that sign it end before. */
const linkS = 15 * 60

/** Links that S3 takes without other credentials: to write one blob of that content, to read one object. */
export class PresignedLinks {
  readonly #client: S3Client
  readonly #bucket: string

  constructor(options: { readonly client: S3Client; readonly bucket: string }) {
    this.#client = options.client
    this.#bucket = options.bucket
  }

  /** Takes exactly these bytes: S3 compares them with the hash, which is signed. To put them twice changes nothing. */
  async put({ sha256, bytes }: { readonly sha256: string; readonly bytes: number }): Promise<{
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
  }> {
    const headers = { 'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64') }
    const command = new PutObjectCommand({
      Bucket: this.#bucket,
      Key: blobKey(sha256),
      ContentLength: bytes,
      ChecksumSHA256: headers['x-amz-checksum-sha256'],
    })
    const signed = new Set([...Object.keys(headers), 'content-length'])
    const url = await getSignedUrl(this.#client, command, {
      expiresIn: linkS,
      signableHeaders: signed,
      unhoistableHeaders: signed,
    })
    return { url, headers }
  }

  /** Shown as `mediaType`, and saved rather than run by a browser that follows it. */
  async get({ key, mediaType }: { readonly key: string; readonly mediaType: string }): Promise<string> {
    const command = new GetObjectCommand({
      Bucket: this.#bucket,
      Key: key,
      ResponseContentType: mediaType,
      ResponseContentDisposition: 'attachment',
    })
    return getSignedUrl(this.#client, command, { expiresIn: linkS })
  }
}
