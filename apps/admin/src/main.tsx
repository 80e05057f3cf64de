import './app/nonce.ts'
import './app/styles.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { router } from './app/router.tsx'
import { problemOf, queryClient, rpc, rpcClient, whenRefused } from './app/rpc.ts'
import { rememberSignedIn } from './app/session.ts'
import { useTheme } from './app/theme.ts'
import { watchPage } from './errors/report.ts'
import { TipProvider } from './ui/tip.tsx'
import { Toaster } from './ui/toast.tsx'

async function toSignIn(): Promise<void> {
  const { pathname, href } = router.state.location
  if (pathname === '/sign-in') return
  // what was under way while the session got another token says nothing about the session
  const isOver = await rpcClient.sessions.me.query().then(
    () => false,
    (error: unknown) => problemOf(error).code === 'UNAUTHORIZED',
  )
  if (!isOver || router.state.location.pathname === '/sign-in') return
  rememberSignedIn(null)
  void router.navigate({ to: '/sign-in', search: { to: href }, replace: true })
}

watchPage()
whenRefused({
  toSignIn: () => void toSignIn(),
  toSecondFactor: () => void router.navigate({ to: '/second-factor', replace: true }),
})

function Admin() {
  const { theme } = useTheme()
  return (
    <rpc.Provider client={rpcClient} queryClient={queryClient}>
      <QueryClientProvider client={queryClient}>
        <TipProvider delayDuration={350} skipDelayDuration={150}>
          <RouterProvider router={router} />
          <Toaster theme={theme} />
        </TipProvider>
      </QueryClientProvider>
    </rpc.Provider>
  )
}

const host = document.getElementById('root')
if (!host) throw new Error('The page has no place to draw in')
createRoot(host).render(
  <StrictMode>
    <Admin />
  </StrictMode>,
)
