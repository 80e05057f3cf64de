export const resolutions = ['matched', 'spam', 'ignored'] as const
export type Resolution = (typeof resolutions)[number]

/**
 * The name under which something waits until somebody says whose it is: its number, else the vendor's agent. What has
 * neither waits under its own name where it costs something, so that nothing that we pay for is nobody's and unseen.
 */
export function unknownName(event: {
  numbers: readonly string[]
  agentId: string | undefined
  names: readonly string[]
  isCharged: boolean
}): string | undefined {
  const [number] = event.numbers
  if (number !== undefined) return number
  if (event.agentId !== undefined) return `agent:${event.agentId}`
  return event.isCharged ? event.names[0] : undefined
}
