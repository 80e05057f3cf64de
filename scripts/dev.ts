import { fileURLToPath } from 'node:url'
import { readArguments } from './lib/arguments.ts'
import { loadSettingsFile } from './lib/settings.ts'
import { runSystem } from './lib/system.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const admin = fileURLToPath(new URL('../apps/admin', import.meta.url))

readArguments('usage: pnpm dev\nRuns everything and follows what changes in the sources. Settings: .env.example')
loadSettingsFile(root)
process.exitCode = await runSystem({
  root,
  env: { ...process.env, LOG_LEVEL: process.env.LOG_LEVEL || 'info' },
  builds: [],
  // output is kept on the screen: what crashed stands there
  api: { args: ['--watch', '--watch-preserve-output', 'apps/api/src/main.ts'], cwd: root },
  sim: { args: ['apps/sim/src/main.ts'], cwd: root },
  admin: { args: ['node_modules/vite/bin/vite.js'], cwd: admin },
})
