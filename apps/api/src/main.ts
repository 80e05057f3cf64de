import { startTrunkline } from './start.ts'

process.exitCode = await startTrunkline()
