/**
 * What is known of a call or a message is a map: one register for each thing a provider can say
 * (`retell:call_ended`, `twilio:completed`), each holding the newest fact said there. Joining two maps takes the newer
 * fact of each register. That is commutative, associative and idempotent, so deliveries may come in any order,
 * twice, or in any split, and end in the same map; everything shown or charged is computed from the map.
 */
export type Facts<Fact extends Said> = { readonly [register: string]: Fact }
/** When the provider said it, when it reached us, and which version of our reading made it of the bytes (1 where it says none). */
type Said = { at: number; receivedAt: number; reading?: number }

const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
  entries.sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join()}}`
}

/** The provider's time decides, of equal ones our own, of equal ones the reading, then the text: one order of all facts, whoever asks. */
function newer<Fact extends Said>(a: Fact, b: Fact): Fact {
  if (a.at !== b.at) return a.at > b.at ? a : b
  if (a.receivedAt !== b.receivedAt) return a.receivedAt > b.receivedAt ? a : b
  const [readA, readB] = [a.reading ?? 1, b.reading ?? 1]
  if (readA !== readB) return readA > readB ? a : b
  return canonical(a) >= canonical(b) ? a : b
}

export function joinFacts<Fact extends Said>(a: Facts<Fact>, b: Facts<Fact>): Facts<Fact> {
  const joined: Record<string, Fact> = { ...a }
  for (const [register, fact] of Object.entries(b)) {
    const known = joined[register]
    joined[register] = known === undefined ? fact : newer(known, fact)
  }
  return joined
}

/** What is known without what an earlier reading made of these webhooks, where it took them for another statement. */
export function withoutMisread<Fact extends Said & { webhookId: string }>(
  facts: Facts<Fact>,
  registerOf: ReadonlyMap<string, string>,
): Facts<Fact> {
  const kept = Object.entries(facts).filter(
    ([register, { webhookId }]) => (registerOf.get(webhookId) ?? register) === register,
  )
  return Object.fromEntries(kept)
}

/** What `joined`, which came of `before` by joining, says otherwise: the registers that are to be written. */
export function changedFacts<Fact extends Said>(before: Facts<Fact> | undefined, joined: Facts<Fact>): Facts<Fact> {
  const changed: Record<string, Fact> = {}
  for (const [register, fact] of Object.entries(joined)) if (before?.[register] !== fact) changed[register] = fact
  return changed
}

/** The registers in one fixed order, so that «the first that says so» means the same whatever arrived first. */
export function inOrder<Fact extends Said>(facts: Facts<Fact>, ranked: readonly string[]): Fact[] {
  const rank = (register: string) => {
    const found = ranked.indexOf(register)
    return found < 0 ? ranked.length : found
  }
  return Object.entries(facts)
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map(([, fact]) => fact)
}

/** The first value that any fact states. */
export function firstOf<Fact, Value>(
  facts: readonly Fact[],
  pick: (fact: Fact) => Value | undefined,
): Value | undefined {
  for (const fact of facts) {
    const value = pick(fact)
    if (value !== undefined) return value
  }
  return undefined
}
