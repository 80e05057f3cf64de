import { fileURLToPath } from 'node:url'
import { adminBuild, apiBuild, nodeFlags } from './lib/build.ts'
import { loadSettingsFile } from './lib/settings.ts'
import { runSystem } from './lib/system.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

loadSettingsFile(root)
process.exitCode = await runSystem({
  root,
  env: process.env,
  builds: [adminBuild, apiBuild],
  api: { args: [...nodeFlags, apiBuild.result], cwd: root },
  sim: { args: ['apps/sim/src/main.ts'], cwd: root },
})
