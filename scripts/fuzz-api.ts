/**
 * `npm run fuzz`: an independent fuzzer (schemathesis) against every route of a running `forkcast dev`, from the document that it
 * serves. Fails on what is no answer of that document, on a fault, and on an answer that does not come. `-- SECONDS` for how
 * long; what follows it goes to the fuzzer. Needs python3 with venv; the fuzzer comes from PyPI once.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const fuzzer = 'schemathesis==4.32.5'
const [seconds = '90', ...words] = process.argv.slice(2)

const root = fileURLToPath(new URL('../', import.meta.url))
const home = join(root, 'node_modules/.cache/fuzz', fuzzer)
const program = join(home, 'bin/schemathesis')

if (!existsSync(program)) install()
const folder = mkdtempSync(join(tmpdir(), 'fuzz-'))
const engine = spawn(process.execPath, [join(root, 'bin/forkcast.ts'), 'dev', '--port', '0', '--drain', '0'], {
  cwd: folder,
  stdio: ['ignore', 'inherit', 'inherit'],
})
try {
  const { url, token } = await addressOf()
  await seed(url, token)
  process.exitCode = await fuzz(url, token)
} finally {
  engine.kill('SIGTERM')
  await new Promise((resolve) => engine.once('exit', resolve))
  rmSync(folder, { recursive: true, force: true })
}

function install(): void {
  const made = spawnSync('python3', ['-m', 'venv', home], { stdio: 'inherit' })
  if (made.error !== undefined || made.status !== 0) {
    rmSync(home, { recursive: true, force: true })
    fail('python3 with its module venv is needed (on Debian: apt-get install python3-venv)')
  }
  const installed = spawnSync(join(home, 'bin/python'), ['-m', 'pip', 'install', '--quiet', fuzzer], {
    stdio: 'inherit',
  })
  if (installed.status === 0) return
  rmSync(home, { recursive: true, force: true })
  fail(`${fuzzer} could not be installed from the Python package index`)
}

function fail(words: string): never {
  console.error(`fuzz: ${words}`)
  process.exit(2)
}

/** Where the engine takes requests, once it does. */
async function addressOf(): Promise<{ readonly url: string; readonly token: string }> {
  const note = join(folder, '.forkcast/engine.json')
  for (let tries = 0; tries < 600; tries += 1) {
    const said = existsSync(note) ? (JSON.parse(readFileSync(note, 'utf8')) as { readonly address?: never }) : {}
    if (said.address !== undefined) return said.address
    await wait(50)
  }
  throw new Error('the engine did not start')
}

/** A run to ask for: every list has something in it. */
async function seed(url: string, token: string): Promise<void> {
  const tasks = {
    list: { run: 'echo "[1, 2]" | tee "$OUTPUT_ALL"', outputs: { all: { path: 'all.json' } } },
    each: { forEach: { item: { from: 'list.all' } }, run: 'echo $EACH_ITEM', outputs: {} },
  }
  const workflow = { apiVersion: 'forkcast/v1', name: 'seed', tasks, outputs: { report: { from: 'list.all' } } }
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const taken = await fetch(`${url}/workflows`, { method: 'POST', headers, body: JSON.stringify({ workflow }) })
  if (taken.status !== 202) throw new Error(`the first run was refused: ${await taken.text()}`)
}

async function fuzz(url: string, token: string): Promise<number> {
  const checks = [
    'not_a_server_error',
    'status_code_conformance',
    'content_type_conformance',
    'response_headers_conformance',
    'response_schema_conformance',
    'negative_data_rejection',
    'unsupported_method',
    'allow_header_conformance',
    'ignored_auth',
  ]
  const asked = {
    '--url': url,
    '--header': `Authorization: Bearer ${token}`,
    '--checks': checks.join(','),
    '--max-time': seconds,
    '--seed': '1',
    '--workers': '1',
    // Whoever follows waits up to 20 s.
    '--request-timeout': '30',
    '--generation-database': 'none',
  }
  const line = ['run', `${url}/openapi.json`, '--no-color', ...Object.entries(asked).flat(), ...words]
  const child = spawn(program, line, { cwd: folder, stdio: 'inherit' })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}
