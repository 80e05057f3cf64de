import { openGroups } from './name-groups.ts'

/** A webhook, and the names of each thing that it speaks of. */
type Speaking = { webhookId: string; said: readonly { names: readonly string[] }[] }

/**
 * Webhooks in groups that can be tried together and still tell what came of each: of those in one group no two speak of one
 * thing, by whatever chain of names, and those that do come one after the other in the order that they had.
 */
export function inWaves(webhooks: readonly Speaking[]): string[][] {
  const groups = openGroups()
  for (const { names } of webhooks.flatMap(({ said }) => said)) groups.join(names)
  const waves: string[][] = []
  /** In how many waves a thing has been spoken of, the last of them included. */
  const reached = new Map<string, number>()
  for (const { webhookId, said } of webhooks) {
    const things = [...new Set(said.flatMap(({ names }) => names.map(groups.rootOf)))]
    const place = Math.max(0, ...things.map((thing) => reached.get(thing) ?? 0))
    for (const thing of things) reached.set(thing, place + 1)
    waves[place] = [...(waves[place] ?? []), webhookId]
  }
  return waves
}
