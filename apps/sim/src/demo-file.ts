import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { Trade } from './calls/scripts.ts'

const e164 = z.string().regex(/^\+[1-9]\d{6,14}$/, 'must be a phone number such as +13125550101')

const demoSchema = z.object({
  retellApiKey: z.string().min(1),
  twilioAccountSid: z.string().regex(/^AC[0-9a-f]{32}$/i, 'must be AC and 32 hex digits'),
  twilioAuthToken: z.string().min(1),
  // an older demo has none: these hold on this machine alone
  telnyxApiKey: z.string().min(1).default('KEY_demo'),
  telnyxSigningKey: z
    .base64()
    .length(44, 'must be the base64 of 32 bytes')
    .default('dGVsbnl4IHNpZ25zIHRoZSBkZW1vIHdpdGggdGhpcyE='),
  calendarSecret: z
    .string()
    .regex(/^whsec_.{24,}$/)
    .default('whsec_YSBjYWxlbmRhciBzaWducyB0aGUgZGVtbyBzbyB0b28='),
  stripeSecretKey: z.string().min(1).default('sk_test_demo'),
  stripeWebhookSecret: z.string().min(1).default('whsec_demo'),
  opsNumber: e164,
  adminPhone: e164,
  strangerNumber: e164,
  customers: z
    .array(
      z.object({
        businessName: z.string().min(1),
        tier: z.enum(['core', 'pro', 'elite', 'scale']),
        timezone: z.string().default('America/New_York'),
        phoneNumber: e164,
        provider: z.enum(['retell', 'twilio']),
        agentId: z.string().min(1).nullish(),
        stripeCustomerId: z.string().min(1).optional(),
      }),
    )
    .min(1)
    .transform((customers) =>
      customers.map((customer) => ({
        ...customer,
        stripeCustomerId: customer.stripeCustomerId ?? `cus_demo${customer.phoneNumber.replace('+', '')}`,
      })),
    ),
})

export type Demo = z.infer<typeof demoSchema>
export type DemoCustomer = Demo['customers'][number]

/** What the world stands on: keys, numbers and customers, as the launcher wrote them. */
export async function loadDemo(path: string): Promise<Demo> {
  const text = await readFile(path, 'utf8').catch((cause: Error) => {
    throw new Error(`The demo file ${path} cannot be read (${cause.message}). It is written by npm start.`, { cause })
  })
  const parsed = demoSchema.safeParse(parseJson(text, path))
  if (parsed.success) return parsed.data
  const faults = parsed.error.issues.map(({ path: field, message }) => `${field.join('.')}: ${message}`)
  throw new Error(`The demo file ${path} is not usable: ${faults.join('; ')}`)
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new Error(`The demo file ${path} is not JSON`, { cause })
  }
}

/** The caps of the tiers: what a calm month stays below. */
export const tierCaps = {
  core: { seconds: 150 * 60, segments: 250 },
  pro: { seconds: 300 * 60, segments: 1_000 },
  elite: { seconds: 800 * 60, segments: 3_000 },
  scale: { seconds: 3_000 * 60, segments: 5_000 },
}

export const tierWeights = { core: 2, pro: 3, elite: 5, scale: 8 }

export function tradeOf(businessName: string): Trade {
  if (/plumb|drain|pipe|rooter|sewer/i.test(businessName)) return 'plumbing'
  if (/dent|smile|ortho|tooth/i.test(businessName)) return 'dental'
  if (/heat|air|hvac|cool|climate|furnace|comfort/i.test(businessName)) return 'hvac'
  return 'plumbing'
}

/** The smallest customer, whose month runs out while somebody watches. */
export function customerNearCap(demo: Demo): DemoCustomer {
  const [nearest] = [...demo.customers].sort((one, other) => tierCaps[one.tier].seconds - tierCaps[other.tier].seconds)
  if (!nearest) throw new RangeError('A demo needs a customer')
  return nearest
}
