import { expect } from 'vitest'
import { openMailServer } from '../../apps/api/src/testing/mail-server.ts'
import { type Process, type Stage, test, until } from './stage.ts'

type Answer = { status: number; body: { token?: string; error?: { code: string } } }

/** Undefined where the process died before it answered. */
async function ask(api: Process, path: string, body: object, token?: string): Promise<Answer | undefined> {
  const answer = await fetch(api.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify(body),
  }).catch(() => undefined)
  return answer && { status: answer.status, body: (await answer.json()) as Answer['body'] }
}

async function isOpen(api: Process, token: string | undefined): Promise<boolean> {
  const answer = await fetch(`${api.url}/api/auth/me`, { headers: { authorization: `Bearer ${token}` } })
  return answer.ok
}

const rows = async (stage: Stage) =>
  (
    await stage.sql`
      select (select count(*)::int from customers) as customers, (select count(*)::int from users) as users,
        (select count(*)::int from active_sessions) as sessions, (select count(*)::int from usage_limits) as limits,
        (select count(*)::int from audit_log) as audited`
  )[0]

test.concurrent('killed while somebody registers or changes what opens his account, and started again: it is whole or was never there', async ({
  stage,
}) => {
  const server = await openMailServer()
  try {
    let api = await stage.start({ env: { SMTP_URL: server.url, MAIL_FROM: 'trunkline@trunkline.example' } })
    const email = 'owner@harbor.example'
    const owner = {
      email,
      password: 'correct horse battery',
      firstName: 'Ann',
      lastName: 'Shaw',
      businessName: 'Harbor',
    }
    const before = await rows(stage)
    await api.killAt('onboarding.registered')
    expect(await ask(api, '/api/auth/register', owner)).toBeUndefined()
    expect(await api.exited).toBe('SIGKILL')
    api = await api.restart()
    expect(await rows(stage)).toEqual(before)
    // whoever asks twice at once makes one customer
    const both = await Promise.all([1, 2].map(() => ask(api, '/api/auth/register', owner)))
    expect(both.map((answer) => answer?.status ?? 0).toSorted((a, b) => a - b)).toEqual([201, 409])
    const token = both.find((answer) => answer?.status === 201)?.body.token
    expect(await isOpen(api, token)).toBe(true)

    const change = { currentPassword: owner.password, newPassword: 'a whole new password' }
    await api.killAt('sessions.password_written')
    expect(await ask(api, '/api/change-password', change, token)).toBeUndefined()
    expect(await api.exited).toBe('SIGKILL')
    api = await api.restart()
    expect(await isOpen(api, token)).toBe(true)
    const changed = await Promise.all([1, 2].map(() => ask(api, '/api/change-password', change, token)))
    const won = changed.filter((answer) => answer?.status === 200)
    expect(won).toHaveLength(1)
    expect([await isOpen(api, token), await isOpen(api, won[0]?.body.token)]).toEqual([false, true])
    expect((await ask(api, '/api/auth/login', owner))?.status).toBe(401)

    await api.killAt('sessions.reset_linked')
    await ask(api, '/api/auth/forgot-password', { email })
    expect(await api.exited).toBe('SIGKILL')
    api = await api.restart()
    // the dead process held the job: its time runs out
    await stage.sql`update pgboss.job set state = 'retry', start_after = now() where name = 'sessions.sendReset' and state = 'active'`
    const links = () => server.mails.flatMap((mail) => /#(tlr_[\w=\r\n-]{43,60})/.exec(mail)?.[1] ?? [])
    await until('the link was mailed', async () => links().length > 0)
    const [link = ''] = links().map((text) => text.replace(/=\r\n/g, '').slice(0, 47))
    const reset = { token: link, newPassword: 'yet another password' }
    const used = await Promise.all([1, 2].map(() => ask(api, '/api/auth/reset-password', reset)))
    expect(used.map((answer) => answer?.status ?? 0).toSorted((a, b) => a - b)).toEqual([200, 400])
    expect(links()).toHaveLength(1)
    expect((await ask(api, '/api/auth/login', { email, password: reset.newPassword }))?.status).toBe(200)
    await until('he was told of each change', async () => {
      const told = (subject: string) => server.mails.filter((mail) => mail.includes(`Subject: ${subject}`)).length
      return told('Your password was changed') === 1 && told('Your password was replaced') === 1
    })
  } finally {
    await server.close()
  }
})
