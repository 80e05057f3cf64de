import { z } from '../app/zod.ts'

export const shortest = 12

/** A new password, typed twice. */
export const newPassword = z
  .object({
    newPassword: z.string().min(shortest, `At least ${shortest} characters`),
    repeated: z.string(),
  })
  .refine(({ newPassword, repeated }) => newPassword === repeated, {
    path: ['repeated'],
    message: 'This is not the same as the new password',
  })
