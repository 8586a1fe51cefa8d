/** The names gate: a file or folder is called by its concept; a name that could hold anything soon does. */
import { globSync } from 'node:fs'

const vague = ['util', 'utils', 'helper', 'helpers', 'common', 'misc', 'manager', 'shared']
const houses = '{bin,src,lambdas,lib,console,scripts,test,infra-tests,bench,examples}'

const isVague = (path: string): boolean => path.split(/[/.-]/).some((word) => vague.includes(word.toLowerCase()))
const offenders = globSync(`${houses}/**/*`, { exclude: ['**/node_modules/**', '**/.forkcast/**'] }).filter(isVague)

for (const path of offenders.sort()) {
  console.error(`names: ${path}: call it by the concept it holds; none of ${vague.join(', ')} is one`)
}
process.exitCode = offenders.length > 0 ? 1 : 0
