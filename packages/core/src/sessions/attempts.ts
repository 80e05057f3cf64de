/**
 * What is counted: guesses from one network address, guesses at one account from one place, guesses at one account from
 * wherever it has never been used, second factors, passwords asked of who is signed in, reset mails, audited refusals,
 * registrations from one network, invitations by one customer.
 */
export const attemptScopes = [
  'address',
  'account_at_place',
  'account',
  'code',
  'password',
  'reset_address',
  'reset_account',
  'audit',
  'register',
  'invite',
] as const
export type AttemptScope = (typeof attemptScopes)[number]

/** How many in how long. */
export const attemptRules: Record<AttemptScope, { atMost: number; windowSeconds: number }> = {
  address: { atMost: 60, windowSeconds: 900 },
  account_at_place: { atMost: 20, windowSeconds: 900 },
  account: { atMost: 100, windowSeconds: 3600 },
  code: { atMost: 10, windowSeconds: 900 },
  password: { atMost: 10, windowSeconds: 900 },
  reset_address: { atMost: 20, windowSeconds: 3600 },
  reset_account: { atMost: 3, windowSeconds: 1800 },
  audit: { atMost: 10, windowSeconds: 3600 },
  register: { atMost: 10, windowSeconds: 900 },
  invite: { atMost: 20, windowSeconds: 3600 },
}

/** One counter: what is counted, and of whom. */
export type Counter = { scope: AttemptScope; subject: string }

/** Who tries to sign in where, and whether that place has signed in to this account before. */
export type SignInPlace = { email: string; network: string; knownDevice: string | undefined; isKnownNetwork: boolean }

/**
 * The counters that a guess at a password must pass, in this order. A browser that has been here before is counted by
 * itself, so nobody can use up its attempts; a known network is spared the account's common counter, so a flood from
 * everywhere else does not lock its owner out.
 */
export function countersOfSignIn(place: SignInPlace): Counter[] {
  const { email, network, knownDevice, isKnownNetwork } = place
  if (knownDevice !== undefined) return [{ scope: 'account_at_place', subject: `${email} ${knownDevice}` }]
  return [
    { scope: 'address', subject: network },
    { scope: 'account_at_place', subject: `${email} ${network}` },
    ...(isKnownNetwork ? [] : [{ scope: 'account' as const, subject: email }]),
  ]
}

/** The part of an address that belongs to one household: all of IPv4, the first 64 bits of IPv6. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined) return mapped
  if (!address.includes(':')) return address
  const [head = '', tail] = (address.split('%')[0] ?? '').toLowerCase().split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const [first, last] = [groups(head), groups(tail ?? '')]
  const gap = tail === undefined ? [] : Array.from({ length: Math.max(0, 8 - first.length - last.length) }, () => '0')
  const all = [...first, ...gap, ...last].map((group) => group.replace(/^0+(?=.)/, ''))
  return `${all.slice(0, 4).join(':')}::/64`
}

/** When somebody may try again, as a sentence. */
export function tryAgainIn(seconds: number): string {
  const minutes = Math.max(1, Math.ceil(seconds / 60))
  return `Too many attempts. Try again in ${minutes} ${minutes === 1 ? 'minute' : 'minutes'}`
}
