import { useRouter } from '@tanstack/react-router'
import type { User } from '../app/contract.ts'
import { ahead, queryClient } from '../app/rpc.ts'
import { rememberSignedIn } from '../app/session.ts'

/** Goes in as this person, to where he wanted to go. */
export function useEnter(): (user: User, to: string | undefined) => void {
  const router = useRouter()
  return (user, to) => {
    queryClient.clear()
    ahead.sessions.me.setData(undefined, user)
    rememberSignedIn(user)
    if (user.needsSecondFactor) return void router.navigate({ to: '/second-factor' })
    // only addresses of this house: a link from outside must not lead on from here
    const target = to?.startsWith('/') && !to.startsWith('//') ? to : '/'
    router.history.push(`/admin${target === '/' ? '/' : target.replace(/^\/admin(?=\/|$)/, '')}`)
  }
}
