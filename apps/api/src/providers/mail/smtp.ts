import type { Mailer } from '../../platform/context.ts'

/**
 * Hands mail to the server of SMTP_URL (RFC 5321), one connection a mail. What it throws names the reply code or the fault,
 * never the address: the sentence goes to logs and job rows.
 */
export function smtpMailer(url: string): Mailer {
  return async (mail) => {
    // 55 ms that no start should wait for
    const { createTransport } = await import('nodemailer')
    const transport = createTransport({
      url,
      connectionTimeout: 10_000,
      greetingTimeout: 10_000,
      socketTimeout: 20_000,
    })
    try {
      await transport.sendMail(mail)
    } catch (error) {
      const { responseCode, code } = error as { responseCode?: number; code?: string }
      throw new Error(`The mail server did not take it (${responseCode ?? code ?? 'no reason given'})`)
    } finally {
      transport.close()
    }
  }
}
