/** Fires at the first request to end: Ctrl-C, a signal, the closing of the terminal, the death of whoever started us. */
export function endingSignal(): AbortSignal {
  const controller = new AbortController()
  const end = (): void => controller.abort()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, end)
  process.on('disconnect', end)
  process.channel?.unref()
  // a closed terminal takes no more text; the stopping goes on without it
  for (const stream of [process.stdout, process.stderr]) stream.on('error', end)
  return controller.signal
}

export function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined)
    else signal.addEventListener('abort', () => resolve(undefined), { once: true })
  })
}
