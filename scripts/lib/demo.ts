import { randomBytes } from 'node:crypto'

export type Demo = {
  retellApiKey: string
  twilioAccountSid: string
  twilioAuthToken: string
  /** Missing in a demo of before Telnyx signed, a calendar was there, or Stripe was spoken. */
  telnyxSigningKey?: string
  calendarSecret?: string
  stripeSecretKey?: string
  stripeWebhookSecret?: string
  opsNumber: string
  adminPhone: string
  customers: DemoCustomer[]
  strangerNumber: string
}

type DemoCustomer = {
  businessName: string
  tier: 'core' | 'pro' | 'elite' | 'scale'
  timezone: string
  country: string
  ownerEmail: string
  phoneNumber: string
  provider: 'retell' | 'twilio'
  agentId?: string
}

/** The demo's companies, with secrets that no other installation has. Numbers are of the range kept for fiction. */
export function inventDemo(): Demo {
  return {
    retellApiKey: `key_${randomBytes(16).toString('hex')}`,
    twilioAccountSid: `AC${randomBytes(16).toString('hex')}`,
    twilioAuthToken: randomBytes(16).toString('hex'),
    telnyxSigningKey: randomBytes(32).toString('base64'),
    calendarSecret: `whsec_${randomBytes(32).toString('base64')}`,
    stripeSecretKey: `sk_test_${randomBytes(16).toString('hex')}`,
    stripeWebhookSecret: `whsec_${randomBytes(16).toString('hex')}`,
    opsNumber: '+15005550100',
    adminPhone: '+15005550199',
    customers: [
      customer('Harbor Plumbing', 'core', 'America/New_York', '+13125550101', 'retell'),
      customer('Bright Smile Dental', 'core', 'America/Chicago', '+13125550102', 'retell'),
      customer('Summit Heating & Air', 'pro', 'America/Denver', '+13035550103', 'retell'),
      customer('Golden Gate Drains', 'pro', 'America/Los_Angeles', '+14155550104', 'twilio'),
      customer('Lakeside Orthodontics', 'pro', 'America/Chicago', '+16125550105', 'retell'),
      customer('Desert Comfort Cooling', 'elite', 'America/Phoenix', '+16025550106', 'retell'),
      customer('Old Town Pipe Works', 'elite', 'America/New_York', '+16175550107', 'twilio'),
      customer('Evergreen Climate Group', 'scale', 'America/Los_Angeles', '+12065550108', 'retell'),
    ],
    strangerNumber: '+13125550190',
  }
}

function customer(
  businessName: string,
  tier: DemoCustomer['tier'],
  timezone: string,
  phoneNumber: string,
  provider: DemoCustomer['provider'],
): DemoCustomer {
  const [first = 'owner'] = businessName.toLowerCase().split(' ')
  const ownerEmail = `owner@${first}.example`
  const agent = provider === 'retell' ? { agentId: `agent_${first}` } : {}
  return { businessName, tier, timezone, country: 'US', ownerEmail, phoneNumber, provider, ...agent }
}
