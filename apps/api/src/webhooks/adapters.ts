import type { WebhookAdapter } from '@trunkline/core/webhooks/adapter'
import type { WebhookProvider } from '@trunkline/core/webhooks/state'
import { retell } from '../providers/retell/webhook.ts'
import { standard } from '../providers/standard/webhook.ts'
import { stripe } from '../providers/stripe/webhook.ts'
import { telnyx } from '../providers/telnyx/webhook.ts'
import { twilio } from '../providers/twilio/webhook.ts'

export const adapters: Readonly<Record<WebhookProvider, WebhookAdapter>> = { retell, twilio, telnyx, stripe, standard }
