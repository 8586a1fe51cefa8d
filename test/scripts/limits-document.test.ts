import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { grouped, LIMITS } from '#core/workflow/limits.ts'

test('docs/limits.md lists the limits of a workflow as they are', () => {
  const text = readFileSync(new URL('../../docs/limits.md', import.meta.url), 'utf8')
  const [, section = ''] = text.split(/^## .*$/m)
  const listed = section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, name, value, why]) => ({ name, value, why }))

  expect(listed).toStrictEqual(
    Object.entries(LIMITS).map(([name, { value, unit, why }]) => ({
      name: `\`${name}\``,
      value: `${grouped(value)} ${unit}`,
      why,
    })),
  )
})
