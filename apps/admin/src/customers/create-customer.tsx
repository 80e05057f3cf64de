import { zodResolver } from '@hookform/resolvers/zod'
import { useNavigate } from '@tanstack/react-router'
import { type TierKey, tierKeys } from '@trunkline/core/usage/tier'
import { useId } from 'react'
import { Controller, useForm } from 'react-hook-form'
import { problemOf, rpc } from '../app/rpc.ts'
import { emailField, z } from '../app/zod.ts'
import { Button } from '../ui/button.tsx'
import { Actions, Dialog } from '../ui/dialog.tsx'
import { Field, Input, Select } from '../ui/field.tsx'
import { formatWords } from '../ui/format.ts'
import { Note } from '../ui/notice.tsx'
import { toE164 } from '../ui/phone.tsx'
import { toast } from '../ui/toast.tsx'

const countries = ['US', 'CA', 'GB', 'AU', 'NZ', 'IE', 'DE', 'FR', 'NL', 'ES', 'IT', 'MX'] as const
const countryNames = new Intl.DisplayNames('en', { type: 'region' })
const zones = Intl.supportedValuesOf('timeZone')
const here = Intl.DateTimeFormat().resolvedOptions().timeZone

const newCustomer = z
  .object({
    businessName: z.string().trim().min(1, 'Type the name of the business'),
    tier: z.enum(tierKeys),
    timezone: z.string().refine((zone) => zone === 'UTC' || zones.includes(zone), 'Choose a time zone from the list'),
    country: z.enum(countries),
    ownerEmail: z.union([z.literal(''), emailField('This is not an e-mail address')]),
    phoneNumber: z.string(),
  })
  .refine(({ phoneNumber, country }) => !phoneNumber.trim() || toE164(phoneNumber, country) !== undefined, {
    path: ['phoneNumber'],
    message: 'This is not a phone number of that country',
  })
type NewCustomer = z.infer<typeof newCustomer>
const fields = ['businessName', 'tier', 'timezone', 'country', 'ownerEmail', 'phoneNumber'] as const

export function CreateCustomer({ onClose }: { onClose: () => void }) {
  const navigate = useNavigate()
  const utils = rpc.useUtils()
  const zoneList = useId()
  const form = useForm<NewCustomer>({
    resolver: zodResolver(newCustomer),
    defaultValues: {
      businessName: '',
      tier: 'core',
      timezone: zones.includes(here) ? here : 'UTC',
      country: 'US',
      ownerEmail: '',
      phoneNumber: '',
    },
  })
  const create = rpc.customers.create.useMutation({
    onSuccess: async (customer) => {
      toast.success(`${customer.businessName} is a customer`)
      await utils.customers.invalidate()
      await navigate({ to: '/customers/$customerId', params: { customerId: customer.id } })
    },
    onError: (error) => {
      const problem = problemOf(error)
      for (const name of fields)
        if (problem.fields[name]) form.setError(name, { message: problem.fields[name] }, { shouldFocus: true })
    },
  })
  const { errors } = form.formState
  const problem = create.error ? problemOf(create.error) : undefined
  return (
    <Dialog
      open
      onOpenChange={(open) => !open && onClose()}
      title="Add a customer"
      description="It can be called at once when it has a line."
    >
      <form
        noValidate
        aria-label="Add a customer"
        className="grid gap-3.5"
        onSubmit={form.handleSubmit(({ ownerEmail, phoneNumber, ...rest }) =>
          create.mutate({
            ...rest,
            ...(ownerEmail ? { ownerEmail } : {}),
            ...(phoneNumber.trim() ? { phoneNumber: toE164(phoneNumber, rest.country) ?? phoneNumber } : {}),
          }),
        )}
      >
        {problem && !fields.some((name) => problem.fields[name]) && (
          <Note tone="bad" live>
            {problem.message}
          </Note>
        )}
        <Field label="Business name" error={errors.businessName?.message}>
          {(described) => <Input {...described} {...form.register('businessName')} autoComplete="off" autoFocus />}
        </Field>
        <Controller
          control={form.control}
          name="tier"
          render={({ field }) => <TierChoice value={field.value} onChange={field.onChange} />}
        />
        <div className="grid gap-3.5 sm:grid-cols-2">
          <Field label="Country" error={errors.country?.message}>
            {(described) => (
              <Select {...described} {...form.register('country')}>
                {countries.map((code) => (
                  <option key={code} value={code}>
                    {countryNames.of(code)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <Field label="Time zone" error={errors.timezone?.message}>
            {(described) => (
              <>
                <Input {...described} {...form.register('timezone')} list={zoneList} autoComplete="off" />
                <datalist id={zoneList}>
                  {zones.map((zone) => (
                    <option key={zone} value={zone} />
                  ))}
                </datalist>
              </>
            )}
          </Field>
        </div>
        <Field
          label="Phone line"
          optional
          hint="A number of ours that this customer answers. More can be added later."
          error={errors.phoneNumber?.message}
        >
          {(described) => (
            <Input
              {...described}
              {...form.register('phoneNumber')}
              type="tel"
              placeholder="(312) 555-0101"
              autoComplete="off"
            />
          )}
        </Field>
        <Field label="Owner’s e-mail" optional error={errors.ownerEmail?.message}>
          {(described) => <Input {...described} {...form.register('ownerEmail')} type="email" autoComplete="off" />}
        </Field>
        <Actions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={create.isPending}>
            Add customer
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}

function TierChoice({ value, onChange }: { value: TierKey; onChange: (tier: TierKey) => void }) {
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">Tier</legend>
      <div className="grid grid-cols-4 overflow-hidden rounded-md border border-control/60">
        {tierKeys.map((tier) => (
          <label
            key={tier}
            className="flex h-8 cursor-pointer items-center justify-center border-l text-sm first:border-l-0 hover:bg-hover has-checked:bg-accent-soft has-checked:font-medium has-checked:text-accent-ink has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-focus"
          >
            <input
              type="radio"
              name="tier"
              value={tier}
              checked={value === tier}
              onChange={() => onChange(tier)}
              className="sr-only"
            />
            {formatWords(tier)}
          </label>
        ))}
      </div>
      <p className="mt-1 text-xs text-ink-3">The tier decides how many minutes and messages a month holds.</p>
    </fieldset>
  )
}
