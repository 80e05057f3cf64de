import { enableCompileCache, setSourceMapsSupport } from 'node:module'

// sources are stripped and compiled once for a machine, not at every start
enableCompileCache()
// in the bundle the steps of a stack are told as places in the sources; libraries have no maps, and need none
setSourceMapsSupport(true, { nodeModules: false, generatedCode: false })
const { startTrunkline } = await import('./start.ts')

process.exitCode = await startTrunkline()
// what would not be closed keeps nobody alive
setTimeout(() => process.exit(), 500).unref()
