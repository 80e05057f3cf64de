import { z } from 'zod'

// zod would compile schemas with eval where it may; asking whether it may is already a violation of our policy
z.config({ jitless: true })

/** An address as browsers and the server read it: the first admin of a new start is admin@localhost. */
export const emailField = (error: string) => z.email({ pattern: z.regexes.html5Email, error })

export { z }
