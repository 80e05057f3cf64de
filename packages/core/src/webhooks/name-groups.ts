/** Names that stand for one thing, as far as it has been said which do. */
export function openGroups() {
  const above = new Map<string, string>()
  const rootOf = (name: string): string => {
    let root = name
    for (let next = above.get(root); next !== undefined && next !== root; next = above.get(root)) root = next
    above.set(name, root)
    return root
  }
  return {
    /** The one name by which all that stand for the same as this one are known. */
    rootOf,
    /** Says that these are one thing; whether that, or one of them, is new. */
    join(names: readonly string[]): boolean {
      const isNew = names.some((name) => !above.has(name)) || new Set(names.map(rootOf)).size > 1
      const [first] = names
      for (const name of names) if (first !== undefined) above.set(rootOf(name), rootOf(first))
      return isNew
    },
  }
}
