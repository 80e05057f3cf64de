/** Who did something, from the label in the record: «user:ada@example.com» is a person, «system:worker» a part of us. */
export function actorName(label: string): { name: string; isPerson: boolean } {
  const [kind, ...rest] = label.split(':')
  const name = rest.join(':') || label
  return kind === 'system' ? { name: `the ${name}`, isPerson: false } : { name, isPerson: true }
}
