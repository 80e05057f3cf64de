import { createContext } from 'react'

/** How an open record is closed, for what stands in its place while it cannot be shown. */
export const WayOut = createContext<(() => void) | undefined>(undefined)
