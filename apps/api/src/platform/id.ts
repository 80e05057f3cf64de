import { randomFillSync } from 'node:crypto'
import { v7 } from 'uuid'

// a batch takes hundreds of ids, and asking the system for randomness costs more than all the rest of one
const random = new Uint8Array(16 * 256)
let place = random.length
let msecs = 0
let seq = 0

/** A new id: uuid v7, so that ids sort by time. Those of one process go up, within a millisecond too. */
export function newId(): string {
  if (place === random.length) {
    randomFillSync(random)
    place = 0
  }
  const bytes = random.subarray(place, place + 16)
  place += 16
  const now = Date.now()
  seq = now > msecs ? ((bytes[6] ?? 0) << 16) | ((bytes[7] ?? 0) << 8) | (bytes[8] ?? 0) : seq + 1
  msecs = Math.max(now, msecs)
  return v7({ msecs, seq, random: bytes })
}

/** The smallest id of an instant: what came at or after `at` has a greater or equal id. No id is older than 1970. */
export function firstIdAt(at: Date): string {
  const hex = Math.max(0, at.getTime()).toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7000-8000-000000000000`
}
