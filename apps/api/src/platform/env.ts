import proxyAddr from '@fastify/proxy-addr'
import { toE164 } from '@trunkline/core/numbers/phone'
import { emailSchema } from '@trunkline/core/sessions/session'
import { leastKeyDays } from '@trunkline/core/webhooks/key-retention'
import { secretFault, sourceNamePattern } from '@trunkline/core/webhooks/secret'
import { z } from 'zod'

const url = z.url().transform((text) => text.replace(/\/+$/, ''))
/** What is signed begins with it, and the doors' paths follow it. */
const publicUrl = z
  .url({ protocol: /^https?$/, error: 'must be an http:// or https:// URL' })
  .refine((text) => !/[?#@]/.test(text), 'must have no query, fragment or credentials')
  .transform((text) => text.replace(/\/+$/, ''))
const hasReadablePassword = (text: string): boolean => {
  try {
    return decodeURIComponent(new URL(text).password) !== undefined
  } catch {
    return false
  }
}
const unreadable = 'cannot be read as a URL: signs in a password are written as %40 for @, %25 for %'
const postgresUrl = z
  .string()
  .regex(/^postgres(ql)?:\/\//, 'must be a postgres:// URL')
  .refine(hasReadablePassword, unreadable)
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
)
const phone = z.string().transform((text, context) => {
  const number = toE164(text)
  if (number !== undefined) return number
  context.addIssue({ code: 'custom', message: 'must be a phone number with country code, such as +447700900123' })
  return z.NEVER
})

const areProxies = (proxies: string[]): boolean => {
  try {
    proxyAddr.compile(proxies)
    return true
  } catch {
    return false
  }
}

/** `source=whsec_…`: whose it is, in small letters, and an HMAC secret or a public key (`whpk_…`). A source may stand twice while it rotates. */
function standardSecrets(parts: string[], context: z.RefinementCtx): { source: string; secret: string }[] {
  return parts.flatMap((part) => {
    const [, source = '', secret = ''] = /^([^=]*)=(.*)$/.exec(part) ?? []
    if (sourceNamePattern.test(source) && secretFault({ provider: 'standard', secret }) === undefined)
      return [{ source, secret }]
    const message = 'must be source=whsec_<base64> or source=whpk_<base64>, separated by commas'
    context.addIssue({ code: 'custom', message })
    return []
  })
}

const schema = z.object({
  PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
  HOST: z.string().default('127.0.0.1'),
  PUBLIC_URL: publicUrl.optional(),
  ROLE: z.enum(['all', 'web', 'worker']).default('all'),
  DATABASE_URL: postgresUrl,
  DATABASE_DIRECT_URL: postgresUrl.optional(),
  DATABASE_POOL: z.coerce.number().int().min(2).max(200).default(10),
  DATABASE_WAIT_SECONDS: z.coerce.number().int().min(0).max(3600).default(60),
  TRUNKLINE_DATA_DIR: z.string().default('.data'),
  TRUNKLINE_DEMO: z.enum(['on', 'off']).default('off'),
  TRUNKLINE_KEY: z.string().regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits (32 bytes)'),
  ADMIN_EMAIL: emailSchema.default('admin@localhost'),
  ADMIN_SECOND_FACTOR: z.enum(['optional', 'required']).default('optional'),
  ADMIN_PASSWORD: z.string().min(12, 'must have at least 12 characters').optional(),
  RETELL_API_KEY: list.optional(),
  RETELL_WEBHOOK_SECRET: list.optional(),
  RETELL_BASE_URL: url.default('https://api.retellai.com'),
  TWILIO_ACCOUNT_SID: z
    .string()
    .regex(/^AC[0-9a-zA-Z]{32}$/, 'must be AC and 32 letters or digits')
    .optional(),
  TWILIO_AUTH_TOKEN: list.optional(),
  TWILIO_NUMBER: phone.optional(),
  VOICE_STREAM_URL: z
    .url({ protocol: /^wss?$/, error: 'must be a wss:// URL' })
    .refine((text) => !text.includes('?'), 'must have no query: Twilio drops it')
    .optional(),
  TWILIO_BASE_URL: url.default('https://api.twilio.com'),
  TELNYX_API_KEY: z.string().optional(),
  TELNYX_NUMBER: phone.optional(),
  TELNYX_BASE_URL: url.default('https://api.telnyx.com'),
  TELNYX_PUBLIC_KEY: list
    .refine(
      (keys) => keys.every((secret) => secretFault({ provider: 'telnyx', secret }) === undefined),
      'must be base64 of 32 bytes',
    )
    .optional(),
  STANDARD_WEBHOOK_SECRETS: list.transform(standardSecrets).optional(),
  STRIPE_SECRET_KEY: z.string().optional(),
  STRIPE_WEBHOOK_SECRET: list.optional(),
  STRIPE_BASE_URL: url.default('https://api.stripe.com'),
  ADMIN_PHONE: phone.optional(),
  ALERT_EMAIL: z.email('must be an e-mail address').optional(),
  SLACK_WEBHOOK_URL: z.url({ protocol: /^https$/, error: 'must be an https:// URL' }).optional(),
  SMTP_URL: z
    .url({ protocol: /^smtps?$/, error: 'must be an smtp:// or smtps:// URL' })
    .refine(hasReadablePassword, unreadable)
    .optional(),
  MAIL_FROM: z.email('must be an e-mail address').optional(),
  CRON_SECRET: z.string().min(16, 'must have at least 16 characters').optional(),
  WEBHOOK_BACKFILL: z.enum(['on', 'off']).default('on'),
  RETENTION_BYTES_DAYS: z.coerce.number().int().min(7).max(3650).default(90),
  RETENTION_EVENTS_MONTHS: z.coerce.number().int().min(5).max(120).default(24),
  RETENTION_KEYS_DAYS: z.coerce.number().int().min(leastKeyDays).max(3650).optional(),
  RETENTION_AUDIT_MONTHS: z.coerce.number().int().min(12).max(120).default(24),
  TRUSTED_PROXIES: list
    .refine(areProxies, 'must be addresses or ranges such as 10.0.0.0/8, separated by commas')
    .optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace']).default('info'),
})

export type Env = ReturnType<typeof readEnv>

/** Raised when the environment cannot be used: the message names every fault. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError'
}

/** Reads and checks every variable. An empty variable counts as unset. Names all faults in one line. */
export function readEnv(source: Record<string, string | undefined> = process.env) {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== undefined && value !== ''))
  const parsed = schema.safeParse(given)
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => {
      const name = issue.path.join('.')
      return given[name] === undefined
        ? `${name} is required`
        : `${name} ${issue.message.replace(/^Invalid input: /, '')}`
    })
    throw new EnvironmentError(`The environment cannot be used: ${faults.join('; ')}`)
  }
  const env = parsed.data
  if ((env.SMTP_URL === undefined) !== (env.MAIL_FROM === undefined)) {
    throw new EnvironmentError('The environment cannot be used: SMTP_URL and MAIL_FROM must be given together')
  }
  if (env.ALERT_EMAIL !== undefined && env.SMTP_URL === undefined) {
    throw new EnvironmentError('The environment cannot be used: ALERT_EMAIL needs SMTP_URL and MAIL_FROM')
  }
  const hostInUrl = env.HOST.includes(':') ? `[${env.HOST}]` : env.HOST
  return {
    ...env,
    PUBLIC_URL: env.PUBLIC_URL ?? `http://${hostInUrl}:${env.PORT}`,
    DATABASE_DIRECT_URL: env.DATABASE_DIRECT_URL ?? env.DATABASE_URL,
    /** Secrets with which webhooks are signed; the first of a list is the one that we use ourselves. */
    retellSecrets: env.RETELL_WEBHOOK_SECRET ?? env.RETELL_API_KEY ?? [],
    twilioSecrets: env.TWILIO_AUTH_TOKEN ?? [],
    stripeSecrets: env.STRIPE_WEBHOOK_SECRET ?? [],
    /** Public keys: what Telnyx signs with is never ours. */
    telnyxKeys: env.TELNYX_PUBLIC_KEY ?? [],
    standardSecrets: env.STANDARD_WEBHOOK_SECRETS ?? [],
  }
}

/** Every secret text of this process, for the logger to take out wherever it stands. */
export function secretsOf(env: Env): string[] {
  const urls = [env.DATABASE_URL, env.DATABASE_DIRECT_URL, ...(env.SMTP_URL === undefined ? [] : [env.SMTP_URL])]
  const passwords = urls.map((text) => decodeURIComponent(new URL(text).password))
  const all = [
    ...env.retellSecrets,
    ...(env.RETELL_API_KEY ?? []),
    ...env.twilioSecrets,
    ...env.stripeSecrets,
    ...env.standardSecrets.map(({ secret }) => secret),
    env.STRIPE_SECRET_KEY,
    env.TELNYX_API_KEY,
    env.SLACK_WEBHOOK_URL,
    env.TRUNKLINE_KEY,
    env.ADMIN_PASSWORD,
    env.CRON_SECRET,
    ...passwords,
  ]
  return [...new Set(all.filter((secret): secret is string => secret !== undefined && secret.length >= 6))]
}
