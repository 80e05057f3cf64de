import { z } from 'zod'

/** `received` waits for the worker, `failed` waits for its next attempt, `dead` waits for a person. */
export const webhookStates = ['received', 'processed', 'failed', 'dead', 'quarantined'] as const
export type WebhookState = (typeof webhookStates)[number]
export const webhookStateSchema = z.enum(webhookStates)

/** What the door found about who sent the bytes. One cause a refusal, closed vocabulary. */
export const verdicts = [
  'verified',
  'signature_missing',
  'signature_invalid',
  'malformed_header',
  'timestamp_stale',
  'secret_missing',
  'too_large',
] as const
export type Verdict = (typeof verdicts)[number]

/** Why a delivery is in quarantine. */
export const refusals = verdicts.filter((verdict): verdict is Exclude<Verdict, 'verified'> => verdict !== 'verified')
export type Refusal = (typeof refusals)[number]
export const refusalSchema = z.enum(refusals)

export const webhookProviders = ['retell', 'twilio', 'telnyx', 'stripe', 'standard'] as const
export type WebhookProvider = (typeof webhookProviders)[number]

/** Largest body that is kept whole, in bytes. */
export const bodyLimitBytes = 5 * 1024 * 1024

export const attemptOutcomes = ['processed', 'failed', 'dead', 'replayed'] as const
