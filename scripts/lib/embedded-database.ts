import { isRunning } from '../../packages/db/src/local/process.ts'
import { startLocalPostgres } from '../../packages/db/src/local/server.ts'
import { createDatabase } from './database.ts'
import { lineOf } from './fault.ts'

const watchEveryMs = 250

export type EmbeddedDatabase = {
  url: string
  /** Resolves with the reason when the server died and does not come up again. */
  lost: Promise<string>
  stop(): Promise<void>
}

/** Runs the embedded server with the database `trunkline`. A server that dies is started again at the same address. */
export async function startEmbeddedDatabase(folder: string, tell: (line: string) => void): Promise<EmbeddedDatabase> {
  let server = await startLocalPostgres({ folder })
  const lost = Promise.withResolvers<string>()
  let reviving: Promise<void> | undefined
  const watch = setInterval(() => {
    if (!reviving && !isRunning(server.pid)) reviving = revive()
  }, watchEveryMs)

  async function revive(): Promise<void> {
    tell('The database died; it is started again')
    try {
      server = await startLocalPostgres({ folder, port: server.port })
      reviving = undefined
    } catch (error) {
      lost.resolve(lineOf(error))
    }
  }

  async function stop(): Promise<void> {
    clearInterval(watch)
    await reviving
    await server.stop()
  }

  try {
    return { url: await createDatabase(server.url, 'trunkline'), lost: lost.promise, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
