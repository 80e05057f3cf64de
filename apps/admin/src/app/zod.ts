import { z } from 'zod'

// zod would compile schemas with eval where it may; asking whether it may is already a violation of our policy
z.config({ jitless: true })

export { z }
