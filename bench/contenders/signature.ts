import { createHash, createHmac, timingSafeEqual } from 'node:crypto'

const key = process.env.RETELL_API_KEY ?? ''

/** Retell's signature, as a hand-written handler checks it. */
export function isGenuine(body: Buffer, header: string | undefined): boolean {
  const [, stamp, digest] = /^v=(\d{1,16}),d=([0-9a-f]{64})$/i.exec(header ?? '') ?? []
  if (stamp === undefined || digest === undefined || Math.abs(Date.now() - Number(stamp)) > 300_000) return false
  return timingSafeEqual(createHmac('sha256', key).update(body).update(stamp).digest(), Buffer.from(digest, 'hex'))
}

export const sha256 = (data: Buffer | string): Buffer => createHash('sha256').update(data).digest()
