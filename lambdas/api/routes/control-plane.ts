import { ok } from '#core/result.ts'
import type { Outcome } from '../answer.ts'
import type { ApiPorts } from '../api-ports.ts'

export async function listPools(ports: ApiPorts): Promise<Outcome> {
  return ok({ kind: 'document', body: { pools: await ports.pools.describe(), capacity: await ports.capacity() } })
}

export async function getHealth({ version }: ApiPorts): Promise<Outcome> {
  return ok({ kind: 'document', body: { status: 'ok', version, api: 1 } })
}

export async function getOpenApi({ openApi }: ApiPorts): Promise<Outcome> {
  return ok({ kind: 'document', body: openApi })
}
