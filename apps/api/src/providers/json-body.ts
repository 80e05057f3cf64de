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
