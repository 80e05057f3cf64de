import { SMTPServer } from 'smtp-server'

/** A mail server on loopback that takes every mail: `mails` holds them as they came. */
export async function openMailServer(): Promise<{ url: string; mails: string[]; close(): Promise<void> }> {
  const mails: string[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onData(stream, _session, done) {
      let content = ''
      stream.on('data', (bytes: Buffer) => {
        content += bytes.toString()
      })
      stream.on('end', () => {
        mails.push(content)
        done()
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.server.address()
  return {
    url: `smtp://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    mails,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
