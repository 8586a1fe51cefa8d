import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { routes } from '#contract/api/routes.ts'
import { breakingChanges } from '../../scripts/breaking-changes.ts'
import { openApiDocument } from '../../scripts/openapi-document.ts'

type Document = { [key: string]: Document }

const read = (path: string): object => JSON.parse(readFileSync(path, 'utf8')) as object

describe('the OpenAPI document', () => {
  it('is that of the table of routes: else run `npm run openapi`', () => {
    expect(JSON.parse(JSON.stringify(openApiDocument()))).toStrictEqual(read('src/contract/api/openapi.json'))
  })

  it('has every route, with an answer and a problem', () => {
    const paths = Object.entries((openApiDocument() as Document)['paths'] ?? {})
    const listed = paths.flatMap(([path, operations]) =>
      Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
    )
    expect(listed.sort()).toStrictEqual(
      Object.values(routes)
        .map(({ method, path }) => `${method} ${path}`)
        .sort(),
    )
  })

  it('breaks nothing of the one that was released', () => {
    expect(breakingChanges(read('docs/openapi.released.json'), openApiDocument())).toStrictEqual([])
  })
})

describe('a break is found:', () => {
  const planted = (change: (document: Document) => void): readonly string[] => {
    const document = JSON.parse(JSON.stringify(openApiDocument())) as Document
    change(document)
    return breakingChanges(openApiDocument(), document)
  }
  const inside = (document: Document, ...path: readonly string[]): Document =>
    path.reduce((node, key) => node[key] as Document, document)
  const run = ['components', 'schemas', 'Run'] as const
  const submission = ['components', 'schemas', 'Submission'] as const
  const list = (names: readonly unknown[]): Document => names as unknown as Document

  it.each<[string, (document: Document) => void, string]>([
    ['a route that is gone', (all) => delete inside(all, 'paths')['/pools'], 'GET /pools is gone'],
    ['a method that is gone', (all) => delete inside(all, 'paths', '/uploads')['post'], 'POST /uploads is gone'],
    [
      'another name in clients',
      (all) => (inside(all, 'paths', '/pools', 'get')['operationId'] = 'pools' as never),
      'GET /pools has another operationId',
    ],
    [
      'a token where there was none',
      (all) => (inside(all, 'paths', '/pools', 'get')['security'] = list([])),
      'GET /pools needs a token',
    ],
    [
      'an answer that is gone',
      (all) => delete inside(all, 'paths', '/runs/{id}/events', 'get', 'responses')['204'],
      'GET /runs/{id}/events does not answer 204 any more',
    ],
    [
      'a media type that is gone',
      (all) =>
        delete inside(all, 'paths', '/runs/{id}/events', 'get', 'responses', '200', 'content')['text/event-stream'],
      'GET /runs/{id}/events does not answer 200 as text/event-stream any more',
    ],
    [
      'a field that is gone',
      (all) => delete inside(all, ...run, 'properties')['state'],
      'GET /runs/{id} 200.state is gone',
    ],
    [
      'a field that may be missing',
      (all) => (inside(all, ...run)['required'] = list(['id'])),
      'GET /runs/{id} 200.state may be missing',
    ],
    [
      'a field of another type',
      (all) => (inside(all, ...run, 'properties')['id'] = { type: 'integer' } as never),
      'GET /runs/{id} 200.id may be integer, not only string',
    ],
    [
      'a new word where words were listed',
      (all) => (inside(all, ...run, 'properties', 'state')['enum'] = list(['melted'])),
      'GET /runs/{id} 200.state may be melted',
    ],
    [
      'a request that needs more',
      (all) => (inside(all, ...submission)['required'] = list(['workflow', 'params'])),
      'POST /workflows body.params may be missing',
    ],
    [
      'a request that may not say what it could',
      (all) => delete inside(all, ...submission, 'properties')['policy'],
      'POST /workflows body.policy is not known',
    ],
    [
      'a parameter that is gone',
      (all) => (inside(all, 'paths', '/runs', 'get')['parameters'] = list([])),
      'GET /runs does not take query limit any more',
    ],
    [
      'a tighter bound',
      (all) => {
        const parameters = inside(all, 'paths', '/runs', 'get', 'parameters') as unknown as Document[]
        for (const { name, schema } of parameters)
          if ((name as unknown) === 'limit') (schema as Document)['maximum'] = 5 as never
      },
      'GET /runs query limit may be beyond its maximum',
    ],
  ])('%s', (_, change, words) => {
    expect(planted(change)).toContain(words)
  })

  it('but no addition is one', () => {
    const found = planted((all) => {
      inside(all, 'paths')['/new'] = {}
      inside(all, ...run, 'properties')['new'] = { type: 'string' } as never
      inside(all, ...submission, 'properties')['new'] = { type: 'string' } as never
      inside(all, 'paths', '/pools', 'get', 'responses')['206'] = {}
    })
    expect(found).toStrictEqual([])
  })
})
