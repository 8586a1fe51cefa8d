import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/**
 * Reads a file of JSON.
 * @param {string} path
 */
export function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}

/**
 * Writes `value` as one line of JSON.
 * @param {string} path
 * @param {unknown} value
 */
export function writeJson(path, value) {
  writeFileSync(path, `${JSON.stringify(value)}\n`)
}

/**
 * Reads what all instances of a task left: a folder with one file each and `items.json`, their list in order.
 * @param {string} folder
 */
export function readAll(folder) {
  /** @type {{ path: string }[]} */
  const items = readJson(join(folder, 'items.json'))
  return items.map(({ path }) => readJson(join(folder, path)))
}
