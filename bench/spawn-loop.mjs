/**
 * `node spawn-loop.mjs <commands> <folder>`: what a program in Node pays at least. Starts `/bin/true` so many times, two at a
 * time, each with a log file of its own, and does nothing else.
 */
import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'

const [, , commands = '1000', folder = '.'] = process.argv
let started = 0

function next() {
  if (started === Number(commands)) return
  started += 1
  const log = openSync(`${folder}/${started}.log`, 'w')
  spawn('/bin/true', [], { stdio: ['ignore', log, log] }).once('exit', next)
  closeSync(log)
}

next()
next()
