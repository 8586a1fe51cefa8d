/**
 * `npm run lint:templates`: cfn-lint on the templates of every configuration that is tested, each distinct one once. cfn-lint is in
 * `.emulators/`, which `npm run emulators` makes.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { configurations } from '../test/lib/configurations.ts'
import { templatesOf } from '../test/lib/synthesised.ts'

/** W3005: a dependency that a reference implies as well; the CDK writes each policy's. */
const ignored = 'W3005'

const bin = (name: string): string => join('.emulators', 'bin', name)
const run = (command: string, ...parameters: readonly string[]): number => {
  const { status, error } = spawnSync(command, parameters, { stdio: 'inherit' })
  if (error !== undefined) console.error(`lint-templates: ${command} is not there: run \`npm run emulators\` first`)
  return status ?? 1
}

const folder = mkdtempSync(join(tmpdir(), 'forkcast-templates-'))
const files = new Map<string, string>()
for (const [name, choices] of Object.entries(configurations)) {
  const { data, pools, controlPlane, observability } = templatesOf(choices)
  for (const [stack, template] of Object.entries({ data, pools, controlPlane, observability })) {
    if (template === undefined) continue
    const text = JSON.stringify(template.toJSON())
    if (!files.has(text)) files.set(text, join(folder, `${name.replace(' ', '-')}-${stack}.json`))
  }
}
for (const [text, file] of files) writeFileSync(file, text)
const status = run(bin('cfn-lint'), '--ignore-checks', ignored, '--', ...files.values())
rmSync(folder, { recursive: true, force: true })
console.log(`lint-templates: ${files.size} templates, ${status === 0 ? 'nothing found' : 'see above'}`)
process.exitCode = status
