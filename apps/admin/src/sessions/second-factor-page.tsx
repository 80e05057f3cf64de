import { useNavigate } from '@tanstack/react-router'
import { useState } from 'react'
import { queryClient } from '../app/rpc.ts'
import { useSignOut } from '../app/user-menu.tsx'
import { Button } from '../ui/button.tsx'
import { AddPasskeyForm } from './add-passkey.tsx'
import { DoorFrame } from './door-frame.tsx'
import { SetUpSecondFactor } from './set-up-second-factor.tsx'

/** Where somebody is led who owes a second factor: nothing else is open to him. */
export function SecondFactorPage() {
  const navigate = useNavigate()
  const leave = useSignOut()
  const [byPasskey, setByPasskey] = useState(false)
  const goOn = () => {
    queryClient.clear()
    void navigate({ to: '/' })
  }
  return (
    <DoorFrame
      title="Set up a second factor"
      lead="Administrators of this installation sign in with a password and a code, or with a passkey."
      below={
        <div className="flex flex-wrap gap-2">
          <Button size="small" variant="ghost" onClick={() => setByPasskey(!byPasskey)}>
            {byPasskey ? 'Use an authenticator app' : 'Use a passkey instead'}
          </Button>
          <Button size="small" variant="ghost" onClick={() => void leave()}>
            Sign out
          </Button>
        </div>
      }
    >
      {byPasskey ? (
        <AddPasskeyForm onDone={goOn} actions={(submit) => <div>{submit}</div>} autoFocus />
      ) : (
        <SetUpSecondFactor onDone={goOn} />
      )}
    </DoorFrame>
  )
}
