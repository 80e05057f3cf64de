import { plainText } from '@trunkline/core/platform/plain-text'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** The JSON of a body, or why it is none. */
export function readJson(body: Uint8Array): { json: unknown } | { fault: string } {
  try {
    return { json: JSON.parse(utf8.decode(body)) }
  } catch (error) {
    return {
      fault: `The body is not JSON in UTF-8: ${error instanceof Error ? error.message.slice(0, 120) : 'unreadable'}`,
    }
  }
}

/** The text of what came out of a JSON, or undefined where it nests too deep to be written again. */
export function jsonOf(value: unknown): string | undefined {
  try {
    return JSON.stringify(value)
  } catch {
    return undefined
  }
}

/** What a provider's words mean. A word that every object has a property for (`constructor`) is none of them. */
export const wordMap = <Meaning>(words: Readonly<Record<string, Meaning>>): ReadonlyMap<string, Meaning> =>
  new Map(Object.entries(words))

/** What a reader stumbled over, as a person is shown it. */
export const quoted = (value: unknown): string => plainText(jsonOf(value) ?? 'none', 40)
