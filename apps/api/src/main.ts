import { enableCompileCache } from 'node:module'

// sources are stripped and compiled once for a machine, not at every start
enableCompileCache()
const { startTrunkline } = await import('./start.ts')

process.exitCode = await startTrunkline()
// what would not be closed keeps nobody alive
setTimeout(() => process.exit(), 500).unref()
