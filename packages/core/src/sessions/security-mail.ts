/** What opens an account, and was changed. */
export const securityChanges = [
  'password_changed',
  'password_reset',
  'second_factor_on',
  'second_factor_off',
  'passkey_added',
  'passkey_removed',
] as const
export type SecurityChange = (typeof securityChanges)[number]

const said: Record<SecurityChange, string> = {
  password_changed: 'Your password was changed',
  password_reset: 'Your password was replaced by a link from your mailbox',
  second_factor_on: 'A second factor was turned on',
  second_factor_off: 'Your second factor was turned off',
  passkey_added: 'A passkey was added to your account',
  passkey_removed: 'A passkey was removed from your account',
}

/** Tells whoever holds an account what was changed there, so that a stranger's change is noticed. `at` is ISO 8601. */
export function securityMail(input: { email: string; change: SecurityChange; at: string; publicUrl: string }) {
  const when = `${input.at.slice(0, 16).replace('T', ' ')} UTC`
  const text = `${said[input.change]} on ${when} (${input.email} at Trunkline). Other sessions were ended.

If it was you, there is nothing to do. If not, choose a new password at once:
${input.publicUrl}/admin/forgot-password
and tell an administrator.
`
  return { to: input.email, subject: said[input.change], text }
}
