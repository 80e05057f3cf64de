import type { UnknownPhone } from '../app/contract.ts'
import { State } from '../ui/pill.tsx'

const words = { matched: 'Matched', spam: 'Spam', ignored: 'Ignored' } as const

export function Resolution({ number }: { number: UnknownPhone }) {
  if (!number.resolution) return <State tone="warn">Open</State>
  return <State tone={number.resolution === 'matched' ? 'ok' : 'neutral'}>{words[number.resolution]}</State>
}
