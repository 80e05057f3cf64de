#!/usr/bin/env node
import process from 'node:process'
import { exits } from './command.ts'
import { runCommand } from './run.ts'

const stop = new AbortController()
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort())
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // whoever read has seen enough
  if (error.code === 'EPIPE') return stop.abort()
  process.stderr.write(`trunkline: ${error.message}\n`)
  process.exit(exits.failed)
})

const { env, stdin, stdout, stderr } = process
const exit = await runCommand({ env, stdin, stdout, stderr, signal: stop.signal }, process.argv.slice(2))
process.exitCode = exit
// whoever is asked to stop does not wait for a reader who takes nothing
if (stop.signal.aborted && stdout.writableLength > 0) process.exit(exit)
