import { zodResolver } from '@hookform/resolvers/zod'
import { Link } from '@tanstack/react-router'
import { useForm } from 'react-hook-form'
import { problemOf, rpc } from '../app/rpc.ts'
import { emailField, z } from '../app/zod.ts'
import { DoorFrame } from '../sessions/door-frame.tsx'
import { useEnter } from '../sessions/enter.ts'
import { shortest } from '../sessions/new-password.ts'
import { PasswordInput } from '../sessions/password-input.tsx'
import { Button } from '../ui/button.tsx'
import { Field, Input, Select } from '../ui/field.tsx'
import { Note } from '../ui/notice.tsx'
import { toE164 } from '../ui/phone.tsx'

const businessTypes = [
  ['general', 'Something else'],
  ['automotive', 'Automotive'],
  ['cleaning', 'Cleaning'],
  ['dental', 'Dental'],
  ['electrical', 'Electrical'],
  ['hvac', 'Heating and air'],
  ['landscaping', 'Landscaping'],
  ['legal', 'Legal'],
  ['medical', 'Medical'],
  ['plumbing', 'Plumbing'],
  ['real_estate', 'Real estate'],
  ['restaurant', 'Restaurant'],
  ['roofing', 'Roofing'],
  ['salon', 'Salon'],
] as const

const registration = z.object({
  businessName: z.string().trim().min(1, 'Type the name of your business').max(200),
  businessType: z.enum(businessTypes.map(([value]) => value)),
  firstName: z.string().trim().min(1, 'Type your first name').max(100),
  lastName: z.string().trim().min(1, 'Type your last name').max(100),
  email: emailField('Type your e-mail address'),
  phone: z.string().refine((text) => !text.trim() || toE164(text, 'US') !== undefined, 'This is not a phone number'),
  password: z.string().min(shortest, `At least ${shortest} characters`).max(200),
})
const fields = ['businessName', 'businessType', 'firstName', 'lastName', 'email', 'phone', 'password'] as const

/** A business makes itself a customer. Who did is signed in. */
export function RegisterPage() {
  const enter = useEnter()
  const form = useForm<z.infer<typeof registration>>({
    resolver: zodResolver(registration),
    defaultValues: {
      businessName: '',
      businessType: 'general',
      firstName: '',
      lastName: '',
      email: '',
      phone: '',
      password: '',
    },
  })
  const register = rpc.onboarding.register.useMutation({
    meta: { signsIn: true },
    onSuccess: ({ user }) => enter(user, undefined),
    onError: (error) => {
      const problem = problemOf(error)
      const wrong = fields.filter((name) => problem.fields[name])
      for (const name of wrong.reverse())
        form.setError(name, { message: sentence(problem.fields[name]) }, { shouldFocus: true })
    },
  })
  const { errors } = form.formState
  const problem = register.error ? problemOf(register.error) : undefined
  return (
    <DoorFrame
      title="Register your business"
      lead="You get an account with the Core tier. Your line is set up by us."
      below={
        <p>
          Registered already?{' '}
          <Link to="/sign-in" className="text-accent-ink underline underline-offset-2">
            Sign in
          </Link>
        </p>
      }
    >
      <form
        noValidate
        className="grid gap-4"
        aria-label="Register"
        onSubmit={form.handleSubmit(({ phone, ...rest }) =>
          register.mutate({
            ...rest,
            timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
            ...(phone.trim() ? { phone: toE164(phone, 'US') ?? phone } : {}),
          }),
        )}
      >
        {problem && !fields.some((name) => problem.fields[name]) && (
          <Note tone="bad" live>
            {problem.message}
          </Note>
        )}
        <Field label="Business name" error={errors.businessName?.message}>
          {(described) => (
            <Input {...described} {...form.register('businessName')} autoComplete="organization" autoFocus />
          )}
        </Field>
        <Field label="Kind of business" error={errors.businessType?.message}>
          {(described) => (
            <Select {...described} {...form.register('businessType')}>
              {businessTypes.map(([value, label]) => (
                <option key={value} value={value}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="First name" error={errors.firstName?.message}>
            {(described) => <Input {...described} {...form.register('firstName')} autoComplete="given-name" />}
          </Field>
          <Field label="Last name" error={errors.lastName?.message}>
            {(described) => <Input {...described} {...form.register('lastName')} autoComplete="family-name" />}
          </Field>
        </div>
        <Field label="E-mail" error={errors.email?.message}>
          {(described) => <Input {...described} {...form.register('email')} type="email" autoComplete="username" />}
        </Field>
        <Field
          label="Phone"
          optional
          hint="Where we reach you. It does not become a line."
          error={errors.phone?.message}
        >
          {(described) => (
            <Input
              {...described}
              {...form.register('phone')}
              type="tel"
              placeholder="(312) 555-0101"
              autoComplete="tel"
            />
          )}
        </Field>
        <Field label="Password" hint={`At least ${shortest} characters.`} error={errors.password?.message}>
          {(described) => <PasswordInput {...described} {...form.register('password')} autoComplete="new-password" />}
        </Field>
        <Button type="submit" variant="primary" size="large" busy={register.isPending}>
          Register
        </Button>
      </form>
    </DoorFrame>
  )
}

/** «already has an account» as it stands below a field. */
const sentence = (text = '') => `This ${text}`
