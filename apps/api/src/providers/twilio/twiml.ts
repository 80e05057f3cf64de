const head = '<?xml version="1.0" encoding="UTF-8"?>'
/** What stands in an attribute or between two tags; what XML cannot hold at all is left out. */
const escaped = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/[^\t\n\r\u0020-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;')

const response = (verbs: string) => `${head}<Response>${verbs}</Response>`

/** Nothing is said to whoever texted. */
export const emptyTwiml = `${head}<Response/>`

export const replyTwiml = (text: string): string => response(`<Message>${escaped(text)}</Message>`)

export const sayTwiml = (words: string): string => response(`<Say>${escaped(words)}</Say><Hangup/>`)

/** A two-way stream. Its address takes no query: what the other side has to know are parameters. */
export function streamTwiml(stream: { url: string; parameters: Record<string, string | undefined> }): string {
  const given = Object.entries(stream.parameters).filter((one): one is [string, string] => one[1] !== undefined)
  const parameters = given.map(([name, value]) => `<Parameter name="${escaped(name)}" value="${escaped(value)}"/>`)
  return response(`<Connect><Stream url="${escaped(stream.url)}">${parameters.join('')}</Stream></Connect>`)
}

/** To another number, for so long at most; who comes back from there is thanked. */
export const dialTwiml = (to: { phoneNumber: string; maxSeconds: number }): string =>
  response(
    `<Dial answerOnBridge="true" timeLimit="${to.maxSeconds}"><Number>${escaped(to.phoneNumber)}</Number></Dial><Say>Thank you for calling. Goodbye.</Say>`,
  )
