import { subscribe } from 'node:diagnostics_channel'
import { childrenOf } from '../../packages/db/src/local/process.ts'

/**
 * What happens when the journey comes to a step: this process dies or is told to stop, or the database server with this
 * postmaster dies.
 */
export type KillOrder = { step: string; victim: 'self' | number; signal: 'SIGKILL' | 'SIGTERM' }

/** What a process answers: it has the order, or how often it came to each step. */
export type KillReport = { armed: string } | { steps: Record<string, number> }

// loaded before the real main module by `--import`; orders come from the test that started the process
let order: KillOrder | undefined
const steps: Record<string, number> = {}

process.on('message', (message: KillOrder | 'steps') => {
  if (message === 'steps') return void process.send?.({ steps })
  order = message
  process.send?.({ armed: message.step })
})
// waiting for orders keeps nobody alive
process.channel?.unref()

subscribe('trunkline.step', (name) => {
  const step = String(name)
  steps[step] = (steps[step] ?? 0) + 1
  if (order?.step !== step) return
  const { victim, signal } = order
  order = undefined
  if (victim === 'self') return void process.kill(process.pid, signal)
  // as a power cut: the server and all its backends at once
  for (const pid of [victim, ...childrenOf(victim)]) process.kill(pid, signal)
})
