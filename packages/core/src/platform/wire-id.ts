import { z } from 'zod'

/** Prefixes of ids on the wire. The database holds plain uuids (v7). */
export const idPrefixes = {
  webhook: 'whk',
  customer: 'cus',
  agent: 'agt',
  call: 'cal',
  message: 'msg',
  alert: 'alr',
  unknownPhone: 'unk',
  user: 'usr',
  session: 'ses',
  usageEntry: 'use',
  hold: 'hld',
  credit: 'crd',
  tierChange: 'tch',
  notice: 'ntc',
  error: 'err',
  errorSample: 'ers',
  audit: 'aud',
  apiKey: 'key',
  line: 'bln',
  invoice: 'bin',
  payment: 'bpy',
  request: 'brq',
  passkey: 'psk',
  run: 'rcn',
  difference: 'rcd',
  replay: 'rpl',
  webhookSecret: 'whs',
  savedFilters: 'svf',
  backfill: 'bfl',
} as const
export type IdKind = keyof typeof idPrefixes

/** `whk_` + 32 hex digits. */
export function toWireId(kind: IdKind, id: string): string {
  return `${idPrefixes[kind]}_${id.replaceAll('-', '')}`
}

function toUuid(wire: string): string {
  const hex = wire.slice(-32)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`
}

/** An id as it enters: `whk_<32 hex>` becomes the uuid that the database knows. */
export function wireId(kind: IdKind) {
  const pattern = new RegExp(`^${idPrefixes[kind]}_[0-9a-f]{32}$`)
  return z.string().regex(pattern, `must look like ${idPrefixes[kind]}_ and 32 hexadecimal digits`).transform(toUuid)
}
