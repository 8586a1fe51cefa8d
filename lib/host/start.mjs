// Starts the agent of a clone, from the host's cache if the one that its job was submitted with is there; else it asks which program that is
// by now, takes it from the cache or where it is told to, and runs it.
// It has no dependencies, is the same in every version, and trusts nothing that it has not hashed.
import { hash, randomUUID } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'

const {
  FORKCAST_AGENT_SHA256: submitted,
  FORKCAST_ARRAY: array,
  FORKCAST_CLONE_API: api,
  FORKCAST_CLONE_TOKEN: given,
  TMPDIR,
} = process.env
// The children of an array are given the same token, which the index of each completes.
const token = given && array ? `${given}.${process.env.AWS_BATCH_JOB_ARRAY_INDEX}` : given
const cache = '/var/cache/forkcast'
const places = [...(TMPDIR ? [TMPDIR] : []), '/var/lib/forkcast', '/tmp']
const patienceS = 120

// The first process of a container ends by no signal that it does not hear.
process.on('SIGTERM', () => process.exit(143))

function leave(words, code) {
  process.stderr.write(`forkcast: ${words}\n`)
  process.exit(code)
}

async function ask(url, init) {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(30_000) })
  if (answer.ok) return answer
  const said = await answer.text()
  // Nobody waits for this clone any more.
  if (init && answer.status === 403) leave(`refused: ${said.slice(0, 500)}`, 0)
  throw new Error(`status ${answer.status}: ${said.slice(0, 500)}`)
}

const hashOf = (bytes) => hash('sha256', bytes)
const fileOf = (sha256) => `${cache}/agent/${sha256}.mjs`

function cached(sha256) {
  try {
    const bytes = readFileSync(fileOf(sha256))
    return hashOf(bytes) === sha256 ? bytes : undefined
  } catch {
    return undefined
  }
}

function keep(sha256, bytes) {
  const file = fileOf(sha256)
  const partial = `${file}.${randomUUID()}`
  try {
    mkdirSync(`${cache}/agent`, { recursive: true, mode: 0o1777 })
    writeFileSync(partial, bytes)
    renameSync(partial, file)
  } catch {
    rmSync(partial, { force: true })
  }
}

async function agent() {
  const known = cached(submitted)
  if (known) return known
  const { url, sha256 } = await (
    await ask(`${api}/clone/agent`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      redirect: 'error',
    })
  ).json()
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new Error('told of no agent')
  const found = cached(sha256)
  if (found) return found
  const bytes = Buffer.from(await (await ask(url)).arrayBuffer())
  if (hashOf(bytes) !== sha256) throw new Error(`the agent is not the one with SHA-256 ${sha256}`)
  if (existsSync(cache)) keep(sha256, bytes)
  return bytes
}

async function patiently(act) {
  for (let waitMs = 500; ; waitMs = Math.min(2 * waitMs, 15_000)) {
    try {
      return await act()
    } catch (error) {
      if (process.uptime() > patienceS) leave(`no agent: ${error.cause?.message ?? error.message}`, 1)
      await new Promise((resolve) => setTimeout(resolve, (waitMs * (1 + Math.random())) / 2))
    }
  }
}

// What was hashed is what is run: others may write to the cache.
function written(bytes) {
  for (const place of places) {
    try {
      mkdirSync(place, { recursive: true })
      const folder = mkdtempSync(`${place}/agent-`)
      writeFileSync(`${folder}/agent.mjs`, bytes)
      return folder
    } catch {
      // Not here.
    }
  }
  return leave(`no agent: nothing can be written to ${places.join(', ')}`, 1)
}

if (!api || !token) leave('FORKCAST_CLONE_API and FORKCAST_CLONE_TOKEN must be set', 1)
// The token is nobody else's to hear.
if (!/^https:|^http:\/\/(127\.0\.0\.1|localhost|\[::1\])[:/]/.test(api)) leave(`${api} is not https:`, 1)
const folder = written(await patiently(agent))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
await import(pathToFileURL(`${folder}/agent.mjs`).href)
