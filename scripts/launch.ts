import { fileURLToPath } from 'node:url'
import { loadSettingsFile } from './lib/settings.ts'
import { runSystem } from './lib/system.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

loadSettingsFile(root)
process.exitCode = await runSystem({
  root,
  env: process.env,
  api: { args: ['apps/api/src/main.ts'], cwd: root },
  sim: { args: ['apps/sim/src/main.ts'], cwd: root },
})
