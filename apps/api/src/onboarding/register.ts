import { businessTypeOf } from '@trunkline/core/customers/customer'
import { networkOf } from '@trunkline/core/sessions/attempts'
import { findCustomerFacts } from '../customers/find.ts'
import { type Ctx, inTransaction } from '../platform/context.ts'
import { step } from '../platform/step.ts'
import { signIn } from '../sessions/login.ts'
import { hashPassword } from '../sessions/password.ts'
import { takeAttempts } from '../sessions/take-attempt.ts'
import { welcomeUser } from '../sessions/welcome.ts'
import { openCustomer } from './create-customer.ts'

export type Registration = {
  email: string
  password: string
  firstName: string
  lastName: string
  businessName: string
  businessType?: string | undefined
  phone?: string | undefined
  timezone: string
  userAgent: string
}

/**
 * Somebody makes himself a customer, and is signed in. The password is hashed before anything is looked at, so that the
 * answer takes as long for an address that has an account; how often a network may ask is counted before that.
 */
export async function register(ctx: Ctx, input: Registration) {
  await takeAttempts(ctx, [{ scope: 'register', subject: networkOf(ctx.address ?? 'unknown') }])
  const passwordHash = await hashPassword(input.password)
  return await inTransaction({ ...ctx, actor: { kind: 'system', name: 'registration' } }, async (ctx) => {
    const { customerId, owner } = await openCustomer(ctx, {
      businessName: input.businessName,
      businessType: businessTypeOf(input.businessType),
      contactPhone: input.phone,
      tier: 'core',
      timezone: input.timezone,
      country: 'US',
      owner: { email: input.email, name: `${input.firstName} ${input.lastName}`, passwordHash },
    })
    if (owner === undefined) throw new Error('A registration makes an owner')
    await welcomeUser(ctx, { userId: owner.id })
    const signedIn = await signIn(ctx, {
      user: owner,
      userAgent: input.userAgent,
      device: undefined,
      isKnownDevice: false,
      secondFactor: 'none',
    })
    const customer = await findCustomerFacts(ctx, { customerId })
    step('onboarding.registered')
    return { ...signedIn, customer }
  })
}
