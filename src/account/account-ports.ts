import type { BatchClient } from '@aws-sdk/client-batch'
import type { SSMClient } from '@aws-sdk/client-ssm'
import { accountPools } from '#account/account-pools.ts'
import { kept } from '#account/kept.ts'
import type { MarketViews } from '#account/market-views.ts'
import { measuredStore } from '#account/measured-store.ts'
import type { Told } from '#account/observed.ts'
import { openRowClients, rowPorts, type RowClients, type RowPorts, type RowSettings } from '#account/row-ports.ts'
import type { Settings } from '#account/settings.ts'
import { createSsmClient } from '#adapters/aws/aws-clients.ts'
import { createBatchClient } from '#adapters/aws/batch-client.ts'
import { readPoolParameters } from '#adapters/aws/ssm-pools.ts'
import { readTokenKeys } from '#adapters/aws/ssm-token-keys.ts'
import { signedCloneTokens } from '#adapters/tokens/signed-clone-tokens.ts'
import type { MarketView } from '#core/market/market-view.ts'
import { toldMarket } from '#operations/market-view.ts'
import type { Ports } from '#operations/ports.ts'
import type { Clock } from '#ports/clock.ts'
import type { CloneTokens } from '#ports/clone-tokens.ts'

/** How long the keys of tokens are taken to be as they were read. */
const keysMs = 600_000

/** How long the market is taken to be as it was told: what AWS tells ages by hours. */
const marketMs = 600_000

/** Clients of all that operations use. */
export interface AccountClients extends RowClients {
  readonly batch: BatchClient
  readonly ssm: SSMClient
}

export type AccountSettings = RowSettings & Settings<'deployment' | 'vcpus' | 'image'>

/** All ports of a deployment, and its tokens of clones. */
export interface AccountPorts extends Ports {
  readonly tokens: () => Promise<CloneTokens>
}

export function openAccountClients(told: Pick<Told, 'traced' | 'environment'>): AccountClients {
  return { ...openRowClients(told), batch: told.traced(createBatchClient()), ssm: told.traced(createSsmClient()) }
}

export interface AccountOptions {
  /** @default this machine's */
  readonly clock?: Clock
  /** What tells of the market. @default - what functions that ask for it have written */
  readonly market?: (ports: RowPorts) => MarketViews
}

/** Wires all ports of a deployment. */
export function accountPorts(
  settings: AccountSettings,
  clients: AccountClients,
  { onError, measure }: Pick<Told, 'onError' | 'measure'>,
  { clock, market }: AccountOptions = {},
): AccountPorts {
  const { deployment, vcpus, image } = settings
  const { ssm } = clients
  const unmeasured = rowPorts(settings, clients, clock)
  const rows = { ...unmeasured, store: measuredStore(unmeasured.store, measure) }
  const nowMs = () => rows.clock.nowMs()
  const tokens = kept({
    read: async () => signedCloneTokens(await readTokenKeys(ssm, deployment)),
    forMs: keysMs,
    nowMs,
    onError,
  })
  const views = market?.(rows) ?? ((instanceTypes) => toldMarket(rows, instanceTypes))
  const pools = accountPools({
    ...rows,
    view: keptViews(views, nowMs, onError),
    client: clients.batch,
    read: () => readPoolParameters(ssm, deployment),
    tokens,
    vcpus,
    image,
    onError,
  })
  return { ...rows, pools, tokens }
}

/** The same view for a while, as long as it is of the same types. */
function keptViews(views: MarketViews, nowMs: () => number, onError: Told['onError']): MarketViews {
  let last: { readonly types: string; readonly view: ReturnType<typeof kept<MarketView>> } | undefined
  return (instanceTypes) => {
    const types = instanceTypes.join()
    if (last?.types !== types) {
      last = { types, view: kept({ read: () => views(instanceTypes), forMs: marketMs, nowMs, onError }) }
    }
    return last.view()
  }
}
