import { createServer } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { openReceiver } from '../testing/receiver.ts'
import { deliver } from './deliver.ts'
import { type DeliveryPolicy, readTwilioPolicy, retellPolicy, twilioPolicy } from './policy.ts'
import { openTally } from './tally.ts'

const closing: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function receiver(answer: Parameters<typeof openReceiver>[0]) {
  const opened = await openReceiver(answer)
  closing.push(opened.close)
  return opened
}

const quick = (policy: DeliveryPolicy): DeliveryPolicy => ({
  ...policy,
  retryDelaysMs: policy.retryDelaysMs.map(() => 5),
})

async function deliverTo(url: string, policy: DeliveryPolicy, signal = new AbortController().signal) {
  const tally = openTally()
  let signings = 0
  const sign = () => ({ headers: { 'x-nth': String(++signings) }, body: '{}' })
  return { answer: await deliver(url, sign, { policy, signal, tally }), tally }
}

test('Retell tries three times more when it gets no 2xx, and signs every attempt anew', async () => {
  const { url, received } = await receiver((_, nth) => ({ status: nth < 4 ? 503 : 200 }))
  const { answer, tally } = await deliverTo(url, quick(retellPolicy))
  expect(answer).toMatchObject({ kind: 'answered', status: 200 })
  expect(received.map(({ headers }) => headers['x-nth'])).toEqual(['1', '2', '3', '4'])
  expect(tally).toMatchObject({ requests: 4, failed: 3, accepted: 1, retries: 3 })
})

test('Retell gives up after the third retry', async () => {
  const { url, received } = await receiver(() => ({ status: 401 }))
  await deliverTo(url, quick(retellPolicy))
  expect(received).toHaveLength(4)
})

test('Twilio does not repeat what was answered with a 5xx', async () => {
  const { url, received } = await receiver(() => ({ status: 500 }))
  const { tally } = await deliverTo(url, quick(twilioPolicy))
  expect(received).toHaveLength(1)
  expect(tally).toMatchObject({ failed: 1, retries: 0 })
})

test('Twilio repeats once when it could not connect', async () => {
  const { url, close } = await openReceiver()
  await close()
  const { answer, tally } = await deliverTo(url, quick(twilioPolicy))
  expect(answer.kind).toBe('unreachable')
  expect(tally).toMatchObject({ requests: 2, unreachable: 2, retries: 1 })
})

test('Twilio repeats as the fragment of its URL says', async () => {
  const { url, received } = await receiver(() => ({ status: 500 }))
  await deliverTo(url, quick(readTwilioPolicy(`${url}#rc=3&rp=5xx,rt&ct=700`)))
  expect(received).toHaveLength(4)
  expect(readTwilioPolicy(`${url}#rc=9&ct=1`)).toMatchObject({ connectTimeoutMs: 100, retriesOn: ['ct'] })
})

test('who does not answer in time is given up', async () => {
  const { url } = await receiver(() => ({ afterMs: 300 }))
  const { answer, tally } = await deliverTo(url, { ...twilioPolicy, answerTimeoutMs: 40 })
  expect(answer).toEqual({ kind: 'timed_out' })
  expect(tally).toMatchObject({ requests: 1, timedOut: 1 })
})

test('a connection that is cut is told apart from one that was never made', async () => {
  const server = createServer((socket) => socket.once('data', () => socket.destroy()))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => new Promise((resolve) => server.close(resolve)))
  const { port } = server.address() as { port: number }
  const { answer } = await deliverTo(`http://127.0.0.1:${port}`, quick(twilioPolicy))
  expect(answer.kind).toBe('cut')
})

test('stopping ends a delivery at once', async () => {
  const { url } = await receiver(() => ({ afterMs: 500 }))
  const stopping = new AbortController()
  setTimeout(() => stopping.abort(), 30)
  const { tally } = await deliverTo(url, retellPolicy, stopping.signal)
  expect(tally.requests).toBe(0)
})
