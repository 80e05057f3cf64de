type Mail = { to: string; subject: string; text: string }

/** The mail by which somebody who has an account and no password yet chooses one. */
export function invitationMail(input: { email: string; businessName: string; link: string; days: number }): Mail {
  const text = `You have an account at Trunkline for ${input.businessName}: its minutes, messages and caps.

Choose your password here within ${input.days} days:
${input.link}

The link works once. You sign in as ${input.email}. If you do not know ${input.businessName}, do nothing.
`
  return { to: input.email, subject: `Your account for ${input.businessName}`, text }
}

/** The mail to somebody who chose his password himself. */
export function welcomeMail(input: { email: string; businessName: string; publicUrl: string }): Mail {
  const text = `${input.businessName} has an account at Trunkline. Its minutes, messages and caps stand here:
${input.publicUrl}/admin/

You sign in as ${input.email}. If it was not you who registered, answer this mail.
`
  return { to: input.email, subject: `${input.businessName} is registered`, text }
}

/** The secret stands behind the `#`, which browsers send to nobody. */
export const invitationLink = (publicUrl: string, token: string): string => `${publicUrl}/admin/invitation#${token}`
