import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto'
import { join } from 'node:path'
import type { DataFolder } from './data-folder.ts'
import { type Demo, inventDemo } from './demo.ts'
import { Fault } from './fault.ts'

/** What the api needs beside the operator's environment to use the embedded database. */
export function embeddedEnvironment(folder: DataFolder, url: string, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const key = env.TRUNKLINE_KEY || folder.once('key', () => randomBytes(32).toString('hex'))
  return { DATABASE_URL: url, DATABASE_DIRECT_URL: url, TRUNKLINE_KEY: key }
}

/** Of the range kept for fiction, as all numbers of the demo. */
const demoTelnyxNumber = '+15005550110'

/** What the api needs to take the sim for its providers. */
export function demoEnvironment(folder: DataFolder, simPort: number, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const demo = readDemo(folder)
  const provider = `http://127.0.0.1:${simPort}`
  return {
    TRUNKLINE_DEMO: 'on',
    RETELL_API_KEY: demo.retellApiKey,
    RETELL_BASE_URL: provider,
    TWILIO_ACCOUNT_SID: demo.twilioAccountSid,
    TWILIO_AUTH_TOKEN: demo.twilioAuthToken,
    TWILIO_NUMBER: demo.opsNumber,
    TWILIO_BASE_URL: provider,
    TELNYX_API_KEY: 'KEY_demo',
    TELNYX_NUMBER: demoTelnyxNumber,
    TELNYX_PUBLIC_KEY: publicKeyOf(demo.telnyxSigningKey ?? 'dGVsbnl4IHNpZ25zIHRoZSBkZW1vIHdpdGggdGhpcyE='),
    STANDARD_WEBHOOK_SECRETS: `calendar=${demo.calendarSecret ?? 'whsec_YSBjYWxlbmRhciBzaWducyB0aGUgZGVtbyBzbyB0b28='}`,
    TELNYX_BASE_URL: provider,
    STRIPE_SECRET_KEY: demo.stripeSecretKey ?? 'sk_test_demo',
    STRIPE_WEBHOOK_SECRET: demo.stripeWebhookSecret ?? 'whsec_demo',
    STRIPE_BASE_URL: provider,
    ADMIN_PHONE: env.ADMIN_PHONE || demo.adminPhone,
    // somebody looks at the screens: the terminal is for what needs attention
    LOG_LEVEL: env.LOG_LEVEL || 'warn',
  }
}

/** What the sim needs to find the api, the signatures' address and the demo. */
export function simEnvironment(
  folder: DataFolder,
  simPort: number,
  apiUrl: string,
  env: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv {
  return {
    SIM_PORT: String(simPort),
    TRUNKLINE_URL: apiUrl,
    TRUNKLINE_PUBLIC_URL: env.PUBLIC_URL || apiUrl,
    TRUNKLINE_DEMO_FILE: join(folder.path, 'demo.json'),
  }
}

/** What whoever signs with this Ed25519 key is known by, both as the base64 of their 32 bytes. */
export function publicKeyOf(seed: string): string {
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.from(seed, 'base64')])
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
  return createPublicKey(key).export({ format: 'der', type: 'spki' }).subarray(-32).toString('base64')
}

function readDemo(folder: DataFolder): Demo {
  const text = folder.once('demo.json', () => `${JSON.stringify(inventDemo(), null, 2)}\n`)
  try {
    return JSON.parse(text)
  } catch {
    throw new Fault(`${join(folder.path, 'demo.json')} is not JSON; remove it to get a new one`)
  }
}
