/** What is stored of a call's transcript. The text is there only where it may be as long as what is said now. */
export type StoredTranscript = { transcript_bytes: number | null; transcript: string | null }

/** The longest transcript, of equally long ones the last in the alphabet: the same whichever came first. In UTF-8 bytes, as PostgreSQL tells without reading it. */
function longest(transcripts: readonly string[]): string | null {
  const sized = transcripts.map((text) => ({ text, bytes: Buffer.byteLength(text) }))
  return sized.sort((a, b) => a.bytes - b.bytes || (a.text < b.text ? -1 : 1)).at(-1)?.text || null
}

/** The transcript that is to be written, or null where what is stored stays. */
export function newTranscript(stored: StoredTranscript | undefined, said: readonly string[]): string | null {
  const best = longest(said)
  if (best === null || stored === undefined || stored.transcript_bytes === null) return best
  const bytes = Buffer.byteLength(best)
  if (bytes !== stored.transcript_bytes) return bytes > stored.transcript_bytes ? best : null
  return longest([best, stored.transcript ?? '']) === stored.transcript ? null : best
}

/** How long the transcripts are that are said: a stored one is read only where it is as long as one of them. */
export function transcriptBytes(said: readonly { transcript?: string }[]): string[] {
  return [...new Set(said.map(({ transcript = '' }) => String(Buffer.byteLength(transcript))))]
}
