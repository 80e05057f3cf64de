import { useState } from 'react'

/** Gives the focus back to what had it before this floated over the page, where that is still there. */
export function useReturnFocus(): (event: Event) => void {
  // read while it is drawn: a field of it that wants the focus has it once it is there
  const [opener] = useState(() => document.activeElement)
  return (event) => {
    if (!(opener instanceof HTMLElement) || opener === document.body || !opener.isConnected) return
    event.preventDefault()
    opener.focus()
  }
}
