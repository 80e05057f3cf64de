import type { User } from './contract.ts'
import { queryClient, rpc, rpcClient } from './rpc.ts'

const hint = 'trunkline.signed-in'

/** Whether this browser was signed in when it was last here: then the page is drawn while the server is asked. */
export function wasSignedIn(): boolean {
  try {
    return localStorage.getItem(hint) !== null
  } catch {
    return false
  }
}

/** Whether it was an owner: his house is another one. */
export function wasOwner(): boolean {
  try {
    return localStorage.getItem(hint) === 'owner'
  } catch {
    return false
  }
}

export function rememberSignedIn(user: Pick<User, 'role'> | null): void {
  try {
    if (user) localStorage.setItem(hint, user.role === 'owner' ? 'owner' : 'true')
    else localStorage.removeItem(hint)
  } catch {
    // without storage the server is asked first, each time
  }
}

export function useMe(): User | undefined {
  return rpc.sessions.me.useQuery(undefined, { staleTime: Number.POSITIVE_INFINITY }).data
}

/** Why this person may not act on records; undefined when they may. */
export function useRefusal(): string | undefined {
  const me = useMe()
  if (!me || me.role === 'admin' || me.role === 'operator') return undefined
  return `Your role is ${me.role}. This needs an operator.`
}

/** Why this person may not do what only an administrator may; undefined when he may. */
export function useAdminRefusal(): string | undefined {
  const me = useMe()
  if (!me || me.role === 'admin') return undefined
  return `Your role is ${me.role}. This needs an administrator.`
}

export async function signOut(): Promise<void> {
  await rpcClient.sessions.logout.mutate({})
  rememberSignedIn(null)
  queryClient.clear()
}
