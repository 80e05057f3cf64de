import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { Fault } from './fault.ts'

export type Settings = {
  host: string
  /** Undefined when it is no port number: the api names that together with every other fault of the environment. */
  port: number | undefined
  dataFolder: string
  /** The operator's own database; undefined when the embedded one is used. */
  databaseUrl: string | undefined
  demo: boolean
}

/** A real one is never used together with the demo world. */
export const providerSecrets = [
  'RETELL_API_KEY',
  'RETELL_WEBHOOK_SECRET',
  'TWILIO_ACCOUNT_SID',
  'TWILIO_AUTH_TOKEN',
  'TELNYX_API_KEY',
  'STRIPE_SECRET_KEY',
  'STRIPE_WEBHOOK_SECRET',
  'STANDARD_WEBHOOK_SECRETS',
]

/** What the launcher itself has to know of the environment. An empty variable counts as unset. */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const databaseUrl = env.DATABASE_URL || undefined
  const wish = env.TRUNKLINE_DEMO || (databaseUrl ? 'off' : 'on')
  if (wish !== 'on' && wish !== 'off') throw new Fault(`TRUNKLINE_DEMO is "${wish}"; it must be on or off`)
  const demo = wish === 'on'
  if (demo && databaseUrl)
    throw new Fault('the demo keeps to the embedded database; unset DATABASE_URL, or set TRUNKLINE_DEMO=off')
  const real = providerSecrets.filter((name) => env[name])
  if (demo && real.length > 0)
    throw new Fault(`the demo takes no real provider keys; unset ${real.join(', ')}, or set TRUNKLINE_DEMO=off`)
  return {
    host: env.HOST || '127.0.0.1',
    port: portOf(env.PORT || '3000'),
    dataFolder: resolve(env.TRUNKLINE_DATA_DIR || '.data'),
    databaseUrl,
    demo,
  }
}

function portOf(text: string): number | undefined {
  const port = Number(text)
  return Number.isInteger(port) && port >= 0 && port <= 65_535 ? port : undefined
}

/** Reads `.env` beside package.json, if there is one. What the environment says already stays. */
export function loadSettingsFile(root: string): void {
  const file = join(root, '.env')
  if (existsSync(file)) process.loadEnvFile(file)
}
