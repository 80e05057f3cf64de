import type { Account } from '../account.ts'
import type { Demo } from '../demo-file.ts'

export const demo: Demo = {
  retellApiKey: 'key_3f9c1d7a52e84b60',
  twilioAccountSid: 'AC5e1fb09a7c3d48269b0f1e2d3c4b5a69',
  twilioAuthToken: '8c1d2e3f4a5b6c7d8e9f0a1b2c3d4e5f',
  telnyxApiKey: 'KEY_sim',
  telnyxSigningKey: 'dGVsbnl4IHNpZ25zIHRoZSBkZW1vIHdpdGggdGhpcyE=',
  calendarSecret: 'whsec_YSBjYWxlbmRhciBzaWducyB0aGUgZGVtbyBzbyB0b28=',
  stripeSecretKey: 'sk_test_4f1e2d',
  stripeWebhookSecret: 'whsec_9a8b7c',
  opsNumber: '+15005550100',
  adminPhone: '+15005550199',
  strangerNumber: '+13125550990',
  customers: [
    {
      businessName: 'Harbor Plumbing',
      tier: 'core',
      timezone: 'America/New_York',
      phoneNumber: '+13125550101',
      provider: 'retell',
      agentId: 'agent_harbor',
      stripeCustomerId: 'cus_harbor',
    },
    {
      businessName: 'Northside Heating & Air',
      tier: 'pro',
      timezone: 'America/Chicago',
      phoneNumber: '+13125550102',
      provider: 'twilio',
      agentId: 'agent_north',
      stripeCustomerId: 'cus_north',
    },
    {
      businessName: 'Bright Smile Dental',
      tier: 'elite',
      timezone: 'America/Denver',
      phoneNumber: '+13125550103',
      provider: 'retell',
      agentId: 'agent_smile',
      stripeCustomerId: 'cus_smile',
    },
    {
      businessName: 'Cascade Rooter',
      tier: 'scale',
      timezone: 'America/Los_Angeles',
      phoneNumber: '+13125550104',
      provider: 'retell',
      agentId: 'agent_cascade',
      stripeCustomerId: 'cus_cascade',
    },
  ],
}

export const account: Account = {
  retellApiKey: demo.retellApiKey,
  twilioAccountSid: demo.twilioAccountSid,
  twilioAuthToken: demo.twilioAuthToken,
  telnyxApiKey: demo.telnyxApiKey,
  telnyxSigningKey: demo.telnyxSigningKey,
  calendarSecret: demo.calendarSecret,
  stripeSecretKey: demo.stripeSecretKey,
  stripeWebhookSecret: demo.stripeWebhookSecret,
  publicUrl: 'https://ops.trunkline.example',
}
