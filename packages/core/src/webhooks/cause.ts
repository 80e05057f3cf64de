import { generalize } from '../errors/fingerprint.ts'
import { isHopeless, isTransient } from './retry.ts'
import type { Refusal, Verdict, WebhookProvider, WebhookState } from './state.ts'

/**
 * Whose trouble it is. `transient`: the database’s own, it is tried again by itself. `provider`: what was sent cannot be proven or
 * read. `data`: it was read and cannot be stored. `bug`: ours.
 */
export const causeClasses = ['transient', 'provider', 'data', 'bug'] as const
export type CauseClass = (typeof causeClasses)[number]

export type Cause = { class: CauseClass; text: string; next: string }

const refused: Record<Refusal, { text: string; next: string }> = {
  secret_missing: {
    text: 'No secret is configured to check it with',
    next: 'Set the secret of this source, then verify again what is kept.',
  },
  signature_invalid: {
    text: 'The signature is wrong',
    next: 'Compare the secret and PUBLIC_URL with the provider’s console, then verify again what is kept.',
  },
  signature_missing: {
    text: 'It carries no signature',
    next: 'A stranger, or a test by hand. Nothing is to be done unless the provider should sign and does not.',
  },
  malformed_header: {
    text: 'The signature header cannot be read',
    next: 'A stranger, or a proxy that changes headers. Look at the headers of one.',
  },
  timestamp_stale: {
    text: 'The signature is too old',
    next: 'Compare the clock of this machine with another one. A recorded request that is sent again looks the same.',
  },
  too_large: {
    text: 'It is larger than what is kept',
    next: 'Only size and hash are kept. Ask the provider for the event by its API.',
  },
}

const nextOf: Record<CauseClass, string> = {
  transient:
    'Nothing for a day: it is tried again by itself. If it stays, look at the database, then replay what died.',
  provider: 'Compare the bytes with the provider’s documentation. It was not charged.',
  data: 'Look at the value that the database refuses, mend what reads it, then replay.',
  bug: 'Open Errors to see where it fails. Replay after the release that mends it.',
}

/** What our readers say of bytes that they cannot read. */
const unreadable =
  /\bJSON\b|^The (?:body|form)\b|\bnames no\b|\bis no\b|\bis not known\b|\bhas no payload\b|\bis longer than\b|^There is no header\b|\bcannot be true\b/

/** Readers quote what they stumbled over, and that is another one each time. */
const withoutBytes = (text: string): string =>
  text
    .replace(/^(The body is not JSON[^:]*):.*$/s, '$1')
    .replace('UTF-<n>', 'UTF-8')
    .replace(/(\bis no [^:]*|\bis not known): .*$/s, '$1')
    .replace(/: ".*"$/s, '')

/**
 * Why a webhook was refused, failed or died, in words that are the same for all that met the same fate: what differs from one
 * to the next is taken out.
 */
export function causeOf(webhook: {
  verdict: Verdict
  state: WebhookState
  /** Whether the door could tell what event it is. */
  isRead: boolean
  /** As it was written down: masked, the database’s code in parentheses at its end. */
  error: string | null
}): Cause {
  const { verdict, state, isRead, error } = webhook
  if (verdict !== 'verified') return { class: 'provider', ...refused[verdict] }
  const text = withoutBytes(generalize(error ?? '')) || 'No reason was written down'
  const sqlState = /\(([0-9A-Z_]{5,})\)$/.exec(error ?? '')?.[1]
  const found: CauseClass = isTransient(sqlState)
    ? 'transient'
    : isHopeless(sqlState)
      ? 'data'
      : !isRead || (sqlState === undefined && state === 'dead' && unreadable.test(error ?? ''))
        ? 'provider'
        : 'bug'
  return { class: found, text, next: nextOf[found] }
}

/** What makes it the same cause, as readable text: the same words of another provider are another cause. */
export const causeIdentity = (provider: WebhookProvider, cause: Cause): string =>
  [provider, cause.class, cause.text].join('\n')
