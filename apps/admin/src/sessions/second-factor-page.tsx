import { useNavigate } from '@tanstack/react-router'
import { queryClient } from '../app/rpc.ts'
import { useSignOut } from '../app/user-menu.tsx'
import { Button } from '../ui/button.tsx'
import { DoorFrame } from './door-frame.tsx'
import { SetUpSecondFactor } from './set-up-second-factor.tsx'

/** Where somebody is led who owes a second factor: nothing else is open to him. */
export function SecondFactorPage() {
  const navigate = useNavigate()
  const leave = useSignOut()
  return (
    <DoorFrame
      title="Set up a second factor"
      lead="Administrators of this installation sign in with a password and a code."
      below={
        <div>
          <Button size="small" variant="ghost" onClick={() => void leave()}>
            Sign out
          </Button>
        </div>
      }
    >
      <SetUpSecondFactor
        onDone={() => {
          queryClient.clear()
          void navigate({ to: '/' })
        }}
      />
    </DoorFrame>
  )
}
