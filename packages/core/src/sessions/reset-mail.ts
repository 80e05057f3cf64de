/** The mail that leads to a new password. */
export function resetMail(input: { email: string; link: string }): { to: string; subject: string; text: string } {
  const text = `Somebody, probably you, asked for a new password of ${input.email} at Trunkline.

Choose it here within half an hour:
${input.link}

The link works once. If it was not you who asked, do nothing: your password stays as it is.
`
  return { to: input.email, subject: 'Choose a new password', text }
}

/** The secret stands behind the `#`, which browsers send to nobody. */
export const resetLink = (publicUrl: string, token: string): string => `${publicUrl}/admin/reset-password#${token}`
