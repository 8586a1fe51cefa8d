/**
 * `npm run openapi`: writes the OpenAPI document that is served, generated from the table of routes, and the types of the client,
 * generated from the document. With `-- --release` it also becomes the one that later documents must not break.
 */
import { spawnSync } from 'node:child_process'
import { copyFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { clientTypes } from './client-types.ts'
import { openApiDocument } from './openapi-document.ts'

const served = fileURLToPath(new URL('../src/contract/api/openapi.json', import.meta.url))
const types = fileURLToPath(new URL('../src/client/openapi-types.ts', import.meta.url))
const released = fileURLToPath(new URL('../docs/openapi.released.json', import.meta.url))

const document = openApiDocument()
writeFileSync(served, JSON.stringify(document))
writeFileSync(types, await clientTypes(JSON.parse(JSON.stringify(document)) as object))
spawnSync('npx', ['oxfmt', served], { stdio: 'inherit' })
if (process.argv.includes('--release')) copyFileSync(served, released)
