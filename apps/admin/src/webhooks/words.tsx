import { providerFacts } from '@trunkline/core/webhooks/provider'
import type { Provider, Verdict, WebhookState } from '../app/contract.ts'
import { State, type Tone } from '../ui/pill.tsx'

const states: Record<WebhookState, { tone: Tone; word: string; means: string }> = {
  received: { tone: 'info', word: 'Received', means: 'It waits for the worker.' },
  processed: { tone: 'ok', word: 'Processed', means: 'Everything it said is recorded.' },
  failed: { tone: 'warn', word: 'Failed', means: 'It is tried again by itself.' },
  dead: { tone: 'bad', word: 'Dead', means: 'It is not tried again. It waits for a person.' },
  quarantined: { tone: 'neutral', word: 'Quarantined', means: 'It was refused at the door and kept as evidence.' },
}

/** In the order of a webhook's life. */
export const webhookStates = Object.keys(states) as WebhookState[]

/** What it says that there is none in a state. */
const none: Record<WebhookState, { title: string; text: string }> = {
  received: { title: 'Nothing waits', text: 'What has come in and is not processed yet appears here.' },
  processed: { title: 'Nothing is processed yet', text: 'What is recorded appears here.' },
  failed: { title: 'Nothing has failed', text: 'What did not go through and is tried again by itself appears here.' },
  dead: { title: 'Nothing is dead', text: 'What is not tried again and waits for a person appears here.' },
  quarantined: {
    title: 'Nothing is quarantined',
    text: 'What is refused at the door and kept as evidence appears here.',
  },
}

export const noneOf = (state: WebhookState): { title: string; text: string } => none[state]

export const stateWord = (state: WebhookState): string => states[state].word
export const stateTone = (state: WebhookState): Tone => states[state].tone
export const stateMeans = (state: WebhookState): string => states[state].means

export function WebhookStateMark({ state }: { state: WebhookState }) {
  return <State tone={states[state].tone}>{states[state].word}</State>
}

const verdicts: Record<Verdict, { tone: Tone; text: string }> = {
  verified: { tone: 'ok', text: 'The signature is right' },
  signature_missing: { tone: 'bad', text: 'It carries no signature' },
  signature_invalid: { tone: 'bad', text: 'The signature is wrong' },
  timestamp_stale: { tone: 'bad', text: 'The signature is too old' },
  secret_missing: { tone: 'warn', text: 'No secret is configured to check it with' },
  too_large: { tone: 'warn', text: 'It is larger than 5 MB; only its size and hash are kept' },
  malformed_header: { tone: 'bad', text: 'The signature header cannot be read' },
}

export const verdictText = (verdict: Verdict): string => verdicts[verdict].text
export const verdictTone = (verdict: Verdict): Tone => verdicts[verdict].tone

export const providers = Object.keys(providerFacts) as Provider[]
export const providerNames = Object.fromEntries(
  providers.map((provider) => [provider, providerFacts[provider].name]),
) as Record<Provider, string>

/** On one line of a row, however narrow. */
export const ProviderName = ({ of }: { of: Provider }) => (
  <span className="truncate" title={providerNames[of]}>
    {providerNames[of]}
  </span>
)

export const providerChoices = providers.map((value) => ({ value, label: providerNames[value] }))
