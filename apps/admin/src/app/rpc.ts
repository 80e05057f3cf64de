import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import {
  createTRPCClient,
  httpBatchLink,
  httpLink,
  httpSubscriptionLink,
  splitLink,
  TRPCClientError,
} from '@trpc/client'
import { createTRPCQueryUtils, createTRPCReact } from '@trpc/react-query'
import { reportLink } from '../errors/report.ts'
import type { PublicRouter } from './contract.ts'

export const rpc = createTRPCReact<PublicRouter>()

/** For a question that may take long: in one request with others it would hold up their answers. */
export const alone = { context: { alone: true } }

export const rpcClient = createTRPCClient<PublicRouter>({
  links: [
    reportLink,
    splitLink({
      condition: (operation) => operation.type === 'subscription',
      true: httpSubscriptionLink({ url: '/trpc' }),
      false: splitLink({
        condition: ({ context }) => context.alone === true,
        true: httpLink({ url: '/trpc' }),
        false: httpBatchLink({ url: '/trpc', maxURLLength: 6000, maxItems: 20 }),
      }),
    }),
  ],
})

export type Problem = {
  code: string
  message: string
  requestId?: string
  fields: Record<string, string>
}

/** What went wrong, as far as a screen can tell it. */
export function problemOf(error: unknown): Problem {
  if (!(error instanceof TRPCClientError))
    return { code: 'UNKNOWN', message: error instanceof Error ? error.message : String(error), fields: {} }
  const data: unknown = error.data
  const response: unknown = error.meta?.response
  const requestId = response instanceof Response ? (response.headers.get('x-request-id') ?? undefined) : undefined
  if (!isRecord(data))
    return {
      code: 'UNREACHABLE',
      message: 'The server cannot be reached. It may be restarting, or the network is away.',
      fields: {},
      requestId,
    }
  return {
    code: typeof data.code === 'string' ? data.code : 'UNKNOWN',
    message: error.message,
    requestId: typeof data.requestId === 'string' ? data.requestId : requestId,
    fields: isRecord(data.fields)
      ? Object.fromEntries(
          Object.entries(data.fields).filter((field): field is [string, string] => typeof field[1] === 'string'),
        )
      : {},
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}

type Leads = { toSignIn: () => void; toSecondFactor: () => void }
let lead: Leads = { toSignIn: () => {}, toSecondFactor: () => {} }
export function whenRefused(leads: Leads): void {
  lead = leads
}

/** A refusal that is about the session itself leads to where it can be mended. */
export function watchSession(error: unknown): void {
  const { code, fields } = problemOf(error)
  if (code === 'UNAUTHORIZED') lead.toSignIn()
  if (code === 'FORBIDDEN' && fields.secondFactor) lead.toSecondFactor()
}

const transient = new Set(['UNREACHABLE', 'SERVICE_UNAVAILABLE', 'TIMEOUT', 'BAD_GATEWAY', 'GATEWAY_TIMEOUT'])
/** That the same question may be answered later. */
export const isTransient = (error: unknown): boolean => transient.has(problemOf(error).code)

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: watchSession }),
  mutationCache: new MutationCache({
    onError: (error, _variables, _context, mutation) => {
      // a sign-in that is refused is answered where it was typed
      if (mutation.meta?.signsIn !== true) watchSession(error)
    },
  }),
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      gcTime: 5 * 60_000,
      refetchOnWindowFocus: true,
      retry: (failures, error) => failures < 2 && isTransient(error),
      retryDelay: (failures) => 400 * 2 ** failures,
    },
    mutations: { retry: false },
  },
})

/** The same questions outside of components: asked ahead when a link is pointed at. */
export const ahead = createTRPCQueryUtils({ queryClient, client: rpcClient })
