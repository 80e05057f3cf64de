import type { StaffRole } from '@trunkline/core/sessions/permission'
import type { Scope } from '@trunkline/core/sessions/scope'
import type { ApiKeyRow, StaffRow } from '../app/contract.ts'
import { State, type Tone } from '../ui/pill.tsx'

export const roleWords: Record<StaffRole, { label: string; hint: string }> = {
  admin: { label: 'Admin', hint: 'Acts, reads what was said, and decides who gets in.' },
  operator: { label: 'Operator', hint: 'Acts, and reads what was said.' },
  sales: { label: 'Sales', hint: 'Reads customers, usage and calls, not what was said.' },
  viewer: { label: 'Viewer', hint: 'Reads, not what was said.' },
}

export const scopeWords: Record<Scope, string> = {
  'operations:read': 'Read what every person of ours may read',
  'usage:read': 'See what was used',
  'usage:ask': 'Ask before a call or text, and settle it',
  'webhooks:read': 'Read and tail webhooks, bytes included',
  'webhooks:replay': 'Replay webhooks',
  'alerts:raise': 'Raise alerts',
  'compliance:audit': 'Open the compliance audit',
}

export const personStates = ['active', 'invited', 'disabled'] as const
const personTones: Record<StaffRow['state'], Tone> = { active: 'ok', invited: 'info', disabled: 'neutral' }
export function PersonState({ state }: { state: StaffRow['state'] }) {
  return <State tone={personTones[state]}>{sentence(state)}</State>
}

export const keyStates = ['active', 'replaced', 'expired', 'revoked'] as const
const keyTones: Record<ApiKeyRow['state'], Tone> = {
  active: 'ok',
  replaced: 'warn',
  expired: 'neutral',
  revoked: 'bad',
}
export function KeyState({ state }: { state: ApiKeyRow['state'] }) {
  return <State tone={keyTones[state]}>{sentence(state)}</State>
}

export const sentence = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)
