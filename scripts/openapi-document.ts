/** The OpenAPI document of the table of routes. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { createDocument } from 'zod-openapi'
import { commonProblems, problemWords, type Answer, type Route } from '#contract/api/route.ts'
import { routes } from '#contract/api/routes.ts'
import { problemSchema } from '#contract/api/schemas/problem-schema.ts'

type Responses = Readonly<Record<string, object>>

/** The document, as plain JSON. */
export function openApiDocument(): object {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    readonly version: string
  }
  const paths: Record<string, Record<string, object>> = {}
  for (const route of Object.values(routes)) (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route)
  return createDocument(
    {
      openapi: '3.1.0',
      info: {
        title: 'Forkcast',
        version,
        description:
          'Runs DAGs of tasks: predicts and plans each run, races clones of risky tasks, explains every placement. Problems are `application/problem+json`.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: 'http://127.0.0.1:7437', description: '`forkcast dev`' }],
      paths,
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description: 'Locally: `address.token` in engine.json of the state directory.',
          },
        },
      },
    },
    {
      override: ({ jsonSchema, zodSchema, io }) => {
        const override = z.globalRegistry.get(zodSchema as unknown as z.ZodType)?.['override']
        if (typeof override === 'function') {
          for (const key of Object.keys(jsonSchema)) delete (jsonSchema as Record<string, unknown>)[key]
          Object.assign(jsonSchema, (override as () => object)())
        }
        // Who reads an answer has to bear fields that are new.
        if (io === 'output' && jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties
      },
    },
  )
}

function operation(route: Route): object {
  const { operation: operationId, summary, description, write, params, query, headers, body, takesBytes } = route
  const isOptional = body?.safeParse({}).success === true
  const schemas = { path: params, query, header: headers }
  const requestParams = Object.fromEntries(
    Object.entries(schemas).filter(([, schema]) => Object.keys(schema.shape).length > 0),
  )
  return {
    operationId,
    summary,
    ...(description === undefined ? {} : { description }),
    ...(write ? { security: [{ token: [] }] } : {}),
    ...(Object.keys(requestParams).length === 0 ? {} : { requestParams }),
    ...(body === undefined
      ? {}
      : { requestBody: { required: !isOptional, content: { 'application/json': { schema: body } } } }),
    ...(takesBytes === true
      ? {
          requestBody: {
            required: true,
            content: { 'application/octet-stream': { schema: { type: 'string', format: 'binary' } } },
          },
        }
      : {}),
    responses: { ...answers(route), ...problems(route) },
  }
}

function answers(route: Route): Responses {
  return Object.fromEntries(Object.entries(route.answers).map(([status, answer]) => [status, response(answer)]))
}

function response({ description, body, bytes = [], headers = {} }: Answer): object {
  const content = {
    ...(body === undefined ? {} : { 'application/json': { schema: body } }),
    ...Object.fromEntries(bytes.filter((type) => type !== 'application/json').map((type) => [type, { schema: {} }])),
  }
  return {
    description,
    ...(Object.keys(content).length === 0 ? {} : { content }),
    ...(Object.keys(headers).length === 0
      ? {}
      : {
          headers: Object.fromEntries(
            Object.entries(headers).map(([name, words]) => [name, { description: words, schema: { type: 'string' } }]),
          ),
        }),
  }
}

function problems({ problems: own }: Route): Responses {
  const statuses = [...new Set([...commonProblems, ...own])].sort((a, b) => a - b)
  return Object.fromEntries(
    statuses.map((status) => [
      status,
      { description: problemWords[status] ?? '', content: { 'application/problem+json': { schema: problemSchema } } },
    ]),
  )
}
