/** The types of the client: those of the OpenAPI document. */
import openapiTS, { astToString, type OpenAPI3 } from 'openapi-typescript'
import { factory, SyntaxKind } from 'typescript'

const head = `/** Types of the API, generated from its OpenAPI document by \`npm run openapi\`. */
import type { Json } from '#core/json.ts'

`

/** The file of types for a document. */
export async function clientTypes(document: object): Promise<string> {
  const nodes = await openapiTS(document as OpenAPI3, {
    // A field with a default may still be left out.
    defaultNonNullable: false,
    // What any value fits is JSON.
    postTransform: (type) =>
      type.kind === SyntaxKind.UnknownKeyword ? factory.createTypeReferenceNode('Json') : undefined,
  })
  return head + astToString(nodes)
}
