import { openWorld, type World } from '@trunkline/api/testing/world'

/** A listening server on a database of its own, and an operator's token. */
export type Server = { world: World; url: string; token: string; close(): Promise<void> }

export async function openServer(): Promise<Server> {
  const world = await openWorld()
  const url = await world.app.listen({ host: '127.0.0.1', port: 0 })
  return { world, url, token: await world.signIn('operator'), close: () => world.close() }
}
