import { until } from './stage.ts'

/** What a screen hears: the topics of each event, as they come over the stream. */
export async function watch(door: { url: string }, token: string) {
  const leaving = new AbortController()
  const { ok, status, body } = await fetch(`${door.url}/trpc/live.watch`, {
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
    signal: leaving.signal,
  })
  if (!ok || body === null) throw new Error(`The stream was refused: ${status}`)
  const heard: string[] = []
  let isOpen = false
  const reading = (async () => {
    let rest = ''
    for await (const text of body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      const events = lines.filter((line) => line.startsWith('data: {"topics"')).map((line) => line.slice(6))
      for (const event of events) heard.push(...(JSON.parse(event) as { topics: string[] }).topics)
      isOpen ||= events.length > 0
    }
  })().catch((error: unknown) => {
    if (!leaving.signal.aborted) throw error
  })
  await until('the stream is open', async () => isOpen)
  return {
    /** Waits until it has heard of each of these since it was last asked. */
    async hears(...topics: string[]): Promise<void> {
      await until(`the screen hears of ${topics.join(', ')}`, async () =>
        topics.every((topic) => heard.includes(topic)),
      )
      heard.splice(0)
    },
    async leave(): Promise<void> {
      leaving.abort()
      await reading
    },
  }
}
