import { OwnerShell } from './owner-shell.tsx'
import { useMe, wasOwner } from './session.ts'
import { Shell } from './shell.tsx'

/** The house as whoever is signed in may see it. */
export function Frame() {
  const me = useMe()
  const isOwner = me ? me.role === 'owner' : wasOwner()
  return isOwner ? <OwnerShell /> : <Shell />
}
