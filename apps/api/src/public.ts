import type { BuiltRouter } from '@trpc/server/unstable-core-do-not-import'
import { appRouter } from './router.ts'

// read as a value, so that the compiler prints the procedures one by one instead of naming the server's router
const { record } = appRouter._def

/** An error as every client sees it. */
export type ErrorShape = {
  message: string
  code: number
  data: {
    code: string
    httpStatus: number
    path: string | undefined
    refusal: string
    fields: Record<string, string> | undefined
    requestId: string | undefined
  }
}

/** The router as clients know it: procedures with their inputs and outputs, nothing of the server behind them. */
export type PublicRouter = BuiltRouter<
  { ctx: object; meta: object; errorShape: ErrorShape; transformer: false },
  typeof record
>
