import { money } from '#cli/format/money.ts'
import { line, span, type Line } from '#cli/terminal/line.ts'
import { table } from '#cli/terminal/table.ts'
import type { IdleBill } from '#contract/idle-bill.ts'

/** What a deployment costs while nothing runs, line by line. */
export function billLines(
  { lines, usd, listUsd, stored, unknown }: IdleBill,
  fit: { readonly width: number; readonly more: string },
): readonly Line[] {
  const rows = lines.map((each) => [
    each.what,
    each.units.toLocaleString('en'),
    money(each.usd),
    money(each.listUsd),
    each.switch,
  ])
  return [
    [
      span(`${money(usd)} a month`, 'strong'),
      span(` while nothing runs; ${money(listUsd)} in an account whose free share others use up (us-east-1)`),
    ],
    [],
    ...table(
      [
        { title: 'what', shrinks: true },
        { title: 'units', align: 'right' },
        { title: 'usd', align: 'right' },
        { title: 'list', align: 'right' },
        { title: 'switch', shrinks: true, yields: 1 },
      ],
      rows,
      fit,
    ),
    [],
    ...stored.map((what) => line(`and by the GB and month: ${what}`, 'dim')),
    ...unknown.map((type) => line(`not known: what ${type} costs`, 'wait')),
  ]
}
