import { expect, test } from 'vitest'
import { EnvironmentError, readEnv, secretsOf } from './env.ts'

const least = { DATABASE_URL: 'postgres://app:s3cr3tpass@db.example/trunkline', TRUNKLINE_KEY: 'ab'.repeat(32) }

test('little is needed, the rest has defaults', () => {
  expect(readEnv(least)).toMatchObject({
    PORT: 3000,
    HOST: '127.0.0.1',
    PUBLIC_URL: 'http://127.0.0.1:3000',
    ROLE: 'all',
    DATABASE_DIRECT_URL: least.DATABASE_URL,
    TRUNKLINE_DEMO: 'off',
    ADMIN_EMAIL: 'admin@localhost',
    retellSecrets: [],
    twilioSecrets: [],
  })
})

test('an empty variable is an unset one', () => {
  expect(readEnv({ ...least, PORT: '', RETELL_API_KEY: '', PUBLIC_URL: '' })).toMatchObject({
    PORT: 3000,
    retellSecrets: [],
  })
})

test('every fault is named in one message, and no value is repeated in it', () => {
  const wrong = {
    DATABASE_URL: 'mysql://app:s3cr3tpass@db',
    PORT: 'http',
    TRUNKLINE_KEY: 'short',
    ADMIN_PASSWORD: 'tiny-s3cr3t',
    TWILIO_ACCOUNT_SID: 'SK123',
    ADMIN_PHONE: '12345',
    ADMIN_SECOND_FACTOR: 'maybe',
    SMTP_URL: 'https://mail.example',
    MAIL_FROM: 'nobody',
    ALERT_EMAIL: 'somebody',
    SLACK_WEBHOOK_URL: 'http://hooks.slack.example/s3cr3t',
    ROLE: 'boss',
  }
  const fault = (() => {
    try {
      return readEnv(wrong)
    } catch (error) {
      return error
    }
  })()

  expect(fault).toBeInstanceOf(EnvironmentError)
  for (const name of Object.keys(wrong)) expect((fault as Error).message).toContain(name)
  expect((fault as Error).message).not.toMatch(/s3cr3t|\n/)
  expect(() => readEnv({ ...least, SMTP_URL: 'smtp://mail.example' })).toThrow(/SMTP_URL and MAIL_FROM/)
  expect(() => readEnv({ ...least, ALERT_EMAIL: 'duty@trunkline.example' })).toThrow(/ALERT_EMAIL needs SMTP_URL/)
  expect(() => readEnv({})).toThrow(/DATABASE_URL is required; TRUNKLINE_KEY is required/)
})

test('a secret may be a list while it rotates; the webhook’s own secret goes before the API key', () => {
  const env = readEnv({ ...least, RETELL_API_KEY: 'key_new, key_old,', TWILIO_AUTH_TOKEN: ' one-token ' })

  expect([env.retellSecrets, env.twilioSecrets]).toEqual([['key_new', 'key_old'], ['one-token']])
  expect(readEnv({ ...least, RETELL_API_KEY: 'key_a', RETELL_WEBHOOK_SECRET: 'key_b' }).retellSecrets).toEqual([
    'key_b',
  ])
})

test('a public address loses its last slash, and a host of IPv6 gets its brackets', () => {
  expect(readEnv({ ...least, PUBLIC_URL: 'https://hooks.example/' }).PUBLIC_URL).toBe('https://hooks.example')
  expect(readEnv({ ...least, HOST: '::1' }).PUBLIC_URL).toBe('http://[::1]:3000')
})

test('numbers are kept in E.164 however they were written', () => {
  expect(readEnv({ ...least, ADMIN_PHONE: '+44 7700 900123' }).ADMIN_PHONE).toBe('+447700900123')
})

test('the logger gets every secret there is, also those inside an address', () => {
  const env = readEnv({
    ...least,
    RETELL_API_KEY: 'key_of_retell',
    RETELL_WEBHOOK_SECRET: 'key_of_webhook',
    TWILIO_AUTH_TOKEN: 'token_one,token_two',
    ADMIN_PASSWORD: 'correct horse battery',
    CRON_SECRET: 'a cron secret of ours',
    SLACK_WEBHOOK_URL: 'https://hooks.slack.example/services/T0/B0/secret',
    SMTP_URL: 'smtps://post:mail%2Fpass@mail.example:465',
    MAIL_FROM: 'trunkline@trunkline.example',
    DATABASE_DIRECT_URL: 'postgres://owner:p%40ssw%2Frd@db.example/trunkline',
  })

  expect(secretsOf(env).sort()).toEqual(
    [
      'key_of_retell',
      'key_of_webhook',
      'https://hooks.slack.example/services/T0/B0/secret',
      'token_one',
      'token_two',
      'correct horse battery',
      'a cron secret of ours',
      's3cr3tpass',
      'mail/pass',
      'p@ssw/rd',
      least.TRUNKLINE_KEY,
    ].sort(),
  )
})

test.each([
  ['TRUSTED_PROXIES', 'the load balancer'],
  ['TRUSTED_PROXIES', '10.0.0.0/99'],
  ['PUBLIC_URL', 'ftp://ops.example.com'],
  ['PUBLIC_URL', 'https://ops.example.com/base?a=1'],
  ['PUBLIC_URL', 'https://ops.example.com/#a'],
  ['PUBLIC_URL', 'https://ada:secret@ops.example.com'],
  ['DATABASE_URL', 'postgres://trunkline:secret@/trunkline'],
  ['DATABASE_URL', 'postgres://trunkline:100%zz@127.0.0.1/trunkline'],
  ['DATABASE_DIRECT_URL', 'postgres://trunkline:100%zz@127.0.0.1/trunkline'],
  ['SMTP_URL', 'smtp://ada:100%zz@mail.example'],
])('%s cannot be «%s», which is said before anything is opened', (name, value) => {
  const given = { ...least, MAIL_FROM: 'a@b.example', SMTP_URL: 'smtp://mail.example', [name]: value }
  expect(() => readEnv(given)).toThrow(new RegExp(`^The environment cannot be used: ${name} .{10,}$`))
  expect(() => readEnv(given)).not.toThrow(/secret|100%zz/)
})

test.each(['loopback, 10.0.0.0/8', '2001:db8::/32', '::ffff:10.0.0.1', 'uniquelocal,linklocal'])(
  'whoever stands at %s may be trusted',
  (TRUSTED_PROXIES) => {
    expect(readEnv({ ...least, TRUSTED_PROXIES }).TRUSTED_PROXIES).toHaveLength(TRUSTED_PROXIES.split(',').length)
  },
)

test.each(['https://ops.example.com:8443/base/', 'http://127.0.0.1:3000', 'https://[2001:db8::1]'])(
  'the world may know it as %s',
  (PUBLIC_URL) => {
    expect(readEnv({ ...least, PUBLIC_URL }).PUBLIC_URL).toBe(PUBLIC_URL.replace(/\/$/, ''))
  },
)
