import { createRoute, redirect, retainSearchParams } from '@tanstack/react-router'
import { root } from './doors.tsx'
import { Frame } from './frame.tsx'
import { ahead, problemOf } from './rpc.ts'
import { shellSearch } from './search.ts'
import { rememberSignedIn, wasOwner, wasSignedIn } from './session.ts'

export const shell = createRoute({
  getParentRoute: () => root,
  id: 'shell',
  validateSearch: shellSearch,
  search: { middlewares: [retainSearchParams<ReturnType<typeof shellSearch>>(['range'])] },
  beforeLoad: async ({ location }) => {
    if (!wasSignedIn())
      try {
        rememberSignedIn(await ahead.sessions.me.fetch())
      } catch (error) {
        if (problemOf(error).code !== 'UNAUTHORIZED') throw error
        redirect({ to: '/sign-in', search: { to: location.href }, replace: true, throw: true })
      }
    if (wasOwner() && !/^(?:\/admin)?\/(?:usage|settings)(?:\/|$)/.test(location.pathname))
      redirect({ to: '/usage', replace: true, throw: true })
  },
  component: Frame,
})
