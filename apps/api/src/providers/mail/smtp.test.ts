import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { smtpMailer } from './smtp.ts'

const mail = {
  from: 'trunkline@trunkline.example',
  to: 'owner@harbor.example',
  subject: 'A new password',
  text: 'Open https://trunkline.example/admin/reset-password#rst_1',
}

const taken: { to: string[]; content: string }[] = []
const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ['STARTTLS'],
  onRcptTo({ address }, _session, done) {
    if (!address.startsWith('nobody')) return done()
    done(Object.assign(new Error(`No such mailbox ${address}`), { responseCode: 550 }))
  },
  onData(stream, session, done) {
    const to = session.envelope.rcptTo.map(({ address }) => address)
    let content = ''
    stream.on('data', (bytes: Buffer) => {
      content += bytes.toString()
    })
    stream.on('end', () => {
      taken.push({ to, content })
      done()
    })
  },
})
let url: string
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.server.address()
  url = `smtp://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`
})
afterAll(() => new Promise<void>((resolve) => server.close(resolve)))

test('a mail arrives as it was written', async () => {
  await smtpMailer(url)(mail)

  expect(taken).toEqual([{ to: ['owner@harbor.example'], content: expect.stringContaining('#rst_1') }])
  expect(taken[0]?.content).toContain('Subject: A new password')
})

test('what the server refuses is told by its code, without the address', async () => {
  const refused = smtpMailer(url)({ ...mail, to: 'nobody@harbor.example' })

  await expect(refused).rejects.toThrow('The mail server did not take it (550)')
  expect(taken.flatMap(({ to }) => to)).not.toContain('nobody@harbor.example')
})

test('a server that is away is told as such', async () => {
  await expect(smtpMailer('smtp://127.0.0.1:1')(mail)).rejects.toThrow(
    /did not take it \((ESOCKET|ECONNECTION|ECONNREFUSED)\)/,
  )
})
