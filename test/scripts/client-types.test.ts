import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { clientTypes } from '../../scripts/client-types.ts'

it('the types of the client are those of the OpenAPI document: else run `npm run openapi`', async () => {
  const document = JSON.parse(readFileSync('src/contract/api/openapi.json', 'utf8')) as object
  expect(await clientTypes(document)).toBe(readFileSync('src/client/openapi-types.ts', 'utf8'))
})
