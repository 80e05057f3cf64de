/** Who did something, from the label in the record: «user:ada@example.com» is a person, «owner:usr_…» a person of a
 * customer, «system:worker» a part of us. */
export function actorName(label: string): { name: string; isPerson: boolean } {
  const [kind, ...rest] = label.split(':')
  const name = rest.join(':') || label
  if (kind === 'owner') return { name: 'an owner', isPerson: true }
  // who signs in, or uses a link of his, acts for himself before he has a session
  if (kind === 'system' && /^\w+:usr_/.test(name)) return { name: 'the user himself', isPerson: true }
  return kind === 'system' ? { name: `the ${name}`, isPerson: false } : { name, isPerson: true }
}
