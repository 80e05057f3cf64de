import { expect, onTestFinished } from 'vitest'
import { createClient, type TailedWebhook } from '../../packages/client/src/index.ts'
import { planCalls, retellEvent } from './provider.ts'
import { test, until } from './stage.ts'

test.concurrent('the api dies again and again while a client reads the tail: every webhook comes once, in the order of the inbox, none is lost', async ({
  stage,
}) => {
  let api = await stage.start()
  const { phoneNumber } = await stage.customer(api)
  const stop = new AbortController()
  onTestFinished(() => stop.abort())
  const { promise: listening, resolve: onListening } = Promise.withResolvers<string>()
  let listened = 0
  const client = createClient({ url: api.url, token: await stage.signIn(api) })
  const seen: TailedWebhook[] = []
  const reading = (async () => {
    const inbox = client.webhooks.tail({
      signal: stop.signal,
      onListening(cursor) {
        listened++
        onListening(cursor)
      },
    })
    for await (const webhook of inbox) seen.push(webhook)
  })()
  await listening

  // told by whoever insists until he is answered, whoever answers him; never far ahead, so that each death finds some under way
  const calls = planCalls(240, phoneNumber)
  let next = 0
  const tellers = Array.from({ length: 8 }, async () => {
    for (let call = calls[next++]; call !== undefined; call = calls[next++]) {
      await until('the reader follows', async () => 2 * next - seen.length < 80)
      for (const event of ['call_started', 'call_ended'] as const)
        await stage.provider.insist([api], retellEvent(event, call))
    }
  })
  const telling = Promise.all(tellers)
  for (const [nth, step] of ['intake.storing', 'intake.committed', undefined].entries()) {
    const goal = (nth + 1) * 60
    await until(`${goal} have come`, async () => seen.length >= goal)
    if (step === undefined) await api.kill()
    else {
      await api.killAt(step)
      expect(await api.exited).toBe('SIGKILL')
    }
    api = await api.restart()
    await until('the client listens again', async () => listened >= nth + 2)
  }
  await telling
  await stage.settled()
  const inbox = await stage.sql<{ id: string }[]>`select id from webhook_queue order by position, id`
  await until('all have come', async () => seen.length >= inbox.length)
  stop.abort()
  await reading

  expect(inbox).toHaveLength(2 * calls.length)
  expect(seen.map(({ id }) => id)).toEqual(inbox.map(({ id }) => `whk_${id.replaceAll('-', '')}`))
})
