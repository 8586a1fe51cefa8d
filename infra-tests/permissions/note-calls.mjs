// Loaded before functions, agents and whoever calls the API: it notes what is asked of services of AWS, each request once a process, as
// lines of the file FORKCAST_CALLS. A request is that of the function FORKCAST_CALLS_BY, or of a session, known by its key; one that follows
// a link is that of the function that signs those which this process gets, FORKCAST_LINKS_BY.
import { subscribe } from 'node:diagnostics_channel'
import { appendFileSync } from 'node:fs'

const { FORKCAST_CALLS: file, FORKCAST_CALLS_BY: caller, FORKCAST_LINKS_BY: signer } = process.env

/** What of a request names what it is about. */
const naming = [
  'IndexName',
  'Name',
  'Path',
  'QueueUrl',
  'TableName',
  'jobDefinition',
  'jobDefinitionName',
  'jobQueue',
  'logGroupName',
  'logStreamName',
  'stateMachineArn',
]

const noted = new Set()

function note(call) {
  const line = JSON.stringify(call)
  if (noted.has(line)) return
  noted.add(line)
  appendFileSync(file, `${line}\n`)
}

/** By whose rights a request is made, of which service; nothing of what this process asks for by other rights. */
function signed(query, authorization) {
  const linked = query.get('X-Amz-Credential')
  const [key, , , service] = (linked ?? /Credential=([^,]+)/.exec(authorization)?.[1] ?? '').split('/')
  const by = linked === null ? (key.startsWith('ASIA') ? key : caller) : signer
  return by !== undefined && service !== undefined ? { by, service } : undefined
}

function objectCall({ by, service }, method, url, header) {
  const parameters = [...url.searchParams.keys()].filter((name) => !/^(x-|response-)/i.test(name))
  const isOnlyNew = header('if-none-match') !== undefined
  return { by, service, method, path: decodeURIComponent(url.pathname), parameters, isOnlyNew }
}

function operationCall({ by, service }, url, header, text) {
  if (header('content-type')?.includes('x-www-form-urlencoded')) {
    const form = new URLSearchParams(text)
    return { by, service, operation: form.get('Action'), input: { RoleArn: form.get('RoleArn') ?? undefined } }
  }
  const operation = (header('x-amz-target') ?? url.pathname).split(/[./]/).at(-1)
  const body = text.startsWith('{') ? JSON.parse(text) : {}
  const input = Object.fromEntries(naming.flatMap((name) => (name in body ? [[name, body[name]]] : [])))
  if ('RequestItems' in body) input.tables = Object.keys(body.RequestItems)
  if ('TransactItems' in body) {
    const changes = body.TransactItems.flatMap(Object.entries).map(
      ([change, { TableName }]) => `${change} ${TableName}`,
    )
    input.changes = [...new Set(changes)]
  }
  if (operation === 'terminatejobs') input.jobs = body.jobs
  const roles = [...text.matchAll(/"(?:execution|job|task)RoleArn":"([^"]+)"/g)].map(([, role]) => role)
  if (roles.length > 0) input.roles = roles
  if (body.tags ?? body.Tags) input.isTagged = true
  return { by, service, operation, input }
}

/** Requests that are on their way, for what their answers tell. */
const asked = new WeakMap()

subscribe('http.client.request.created', ({ request }) => {
  const url = new URL(request.path, 'http://account')
  const header = (name) => request.getHeader(name)
  const who = signed(url.searchParams, header('authorization'))
  if (who === undefined) return
  const { write, end } = request
  const parts = []
  const take = (part) => {
    if (who.service !== 's3' && part != null && typeof part !== 'function') parts.push(Buffer.from(part))
  }
  request.write = (part, ...rest) => {
    take(part)
    return write.call(request, part, ...rest)
  }
  request.end = (part, ...rest) => {
    take(part)
    const text = Buffer.concat(parts).toString()
    const call =
      who.service === 's3' ? objectCall(who, request.method, url, header) : operationCall(who, url, header, text)
    if (call.operation !== 'AssumeRole') note(call)
    asked.set(request, { call, text })
    return end.call(request, part, ...rest)
  }
})

subscribe('http.client.response.finish', ({ request, response }) => {
  const { call, text } = asked.get(request) ?? {}
  // Whether something is not there is told to those alone who may list it.
  if (call?.service === 's3' && response.statusCode === 404) note({ ...call, isAbsent: true })
  if (call?.operation !== 'AssumeRole') return
  const parts = []
  const { push } = response
  response.push = (part, ...rest) => {
    if (part !== null) parts.push(part)
    else {
      const key = /<AccessKeyId>([^<]+)/.exec(Buffer.concat(parts).toString())?.[1]
      note({ ...call, session: { key, policy: new URLSearchParams(text).get('Policy') } })
    }
    return push.call(response, part, ...rest)
  }
})

// By `fetch` only links are followed.
subscribe('undici:request:create', ({ request }) => {
  const url = new URL(request.path, 'http://account')
  const who = signed(url.searchParams)
  if (who?.service === 's3') note(objectCall(who, request.method, url, () => undefined))
})
