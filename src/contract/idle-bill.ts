import { freeTypes, type IdlePrice, idlePrices, storedPrices, type TemplateResources } from '#contract/idle-prices.ts'

/** A line of an idle bill. */
export interface IdleLine {
  readonly what: string
  readonly units: number
  /** At list price, in an account that uses up what is free elsewhere. */
  readonly listUsd: number
  /** In an account that has nothing else. */
  readonly usd: number
  readonly switch: string
}

/** What a deployment costs each month while nothing runs. */
export interface IdleBill {
  readonly lines: readonly IdleLine[]
  /** What costs by the GB that it holds. */
  readonly stored: readonly string[]
  readonly listUsd: number
  readonly usd: number
  /** Types of resources whose price is not known here. */
  readonly unknown: readonly string[]
}

/** Reads the idle bill of the stacks of a deployment off their templates. */
export function idleBill(stacks: readonly TemplateResources[]): IdleBill {
  const lines = Object.entries(idlePrices)
    .flatMap(([type, prices]) => prices.map((price) => lineOf(price, type, stacks)))
    .filter(({ units }) => units > 0)
  const types = new Set(stacks.flatMap((resources) => Object.values(resources).map(({ Type }) => Type)))
  const known = (type: string) =>
    Object.hasOwn(idlePrices, type) || Object.hasOwn(storedPrices, type) || freeTypes.has(type)
  return {
    lines,
    stored: Object.entries(storedPrices).flatMap(([type, what]) => (types.has(type) ? [what] : [])),
    listUsd: lines.reduce((sum, { listUsd }) => sum + listUsd, 0),
    usd: lines.reduce((sum, { usd }) => sum + usd, 0),
    unknown: [...types].filter((type) => !known(type)).sort(),
  }
}

function lineOf(price: IdlePrice, type: string, stacks: readonly TemplateResources[]): IdleLine {
  const units = stacks
    .flatMap((resources) => Object.values(resources).map((resource) => ({ resource, resources })))
    .filter(({ resource }) => resource.Type === type)
    .reduce((sum, { resource, resources }) => sum + price.units(resource.Properties ?? {}, resources), 0)
  const paid = (count: number) => Math.max(0, count) * price.usdPerUnit
  return { what: price.what, units, listUsd: paid(units), usd: paid(units - price.free), switch: price.switch }
}
