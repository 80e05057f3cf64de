import { zodResolver } from '@hookform/resolvers/zod'
import { useForm } from 'react-hook-form'
import type { CustomerDetail } from '../app/contract.ts'
import { problemOf, rpc } from '../app/rpc.ts'
import { z } from '../app/zod.ts'
import { Button } from '../ui/button.tsx'
import { Actions, Dialog } from '../ui/dialog.tsx'
import { Field, Input, Select } from '../ui/field.tsx'
import { Note } from '../ui/notice.tsx'
import { formatPhone, toE164 } from '../ui/phone.tsx'
import { toast } from '../ui/toast.tsx'

const input = z.object({
  phoneNumber: z.string().refine((text) => toE164(text, 'US') !== undefined, 'This is not a phone number'),
  provider: z.enum(['retell', 'twilio']),
  agentId: z.string().trim(),
  nickname: z.string().trim(),
})
const fields = ['phoneNumber', 'provider', 'agentId', 'nickname'] as const

/** Gives a customer a line. */
export function AddAgent({ customer, onClose }: { customer: CustomerDetail; onClose: () => void }) {
  const utils = rpc.useUtils()
  const form = useForm<z.infer<typeof input>>({
    resolver: zodResolver(input),
    defaultValues: { phoneNumber: '', provider: 'retell', agentId: '', nickname: '' },
  })
  const create = rpc.agents.create.useMutation({
    onSuccess: async (agent) => {
      onClose()
      toast.success(`${formatPhone(agent.phoneNumber ?? '')} is a line of ${customer.businessName}`)
      await Promise.all([utils.customers.invalidate(), utils.agents.invalidate()])
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
      title="Add an agent"
      description={`A line that ${customer.businessName} answers. What happens on it counts from now on.`}
    >
      <form
        noValidate
        aria-label="Add an agent"
        className="grid gap-3.5"
        onSubmit={form.handleSubmit(({ phoneNumber, provider, agentId, nickname }) =>
          create.mutate({
            customerId: customer.id,
            phoneNumber: toE164(phoneNumber, 'US') ?? phoneNumber,
            provider,
            ...(agentId ? { agentId } : {}),
            ...(nickname ? { nickname } : {}),
          }),
        )}
      >
        {problem && !fields.some((name) => problem.fields[name]) && (
          <Note tone="bad" live>
            {problem.message}
          </Note>
        )}
        <Field label="Phone number" error={errors.phoneNumber?.message}>
          {(described) => (
            <Input
              {...described}
              {...form.register('phoneNumber')}
              type="tel"
              placeholder="(312) 555-0101"
              autoComplete="off"
              autoFocus
            />
          )}
        </Field>
        <Field label="Provider" error={errors.provider?.message}>
          {(described) => (
            <Select {...described} {...form.register('provider')}>
              <option value="retell">Retell</option>
              <option value="twilio">Twilio</option>
            </Select>
          )}
        </Field>
        <Field
          label="Agent id"
          optional
          hint="Retell’s id of the agent that answers this line."
          error={errors.agentId?.message}
        >
          {(described) => (
            <Input
              {...described}
              {...form.register('agentId')}
              className="font-mono text-xs"
              placeholder="agent_…"
              autoComplete="off"
            />
          )}
        </Field>
        <Field label="Nickname" optional error={errors.nickname?.message}>
          {(described) => <Input {...described} {...form.register('nickname')} autoComplete="off" />}
        </Field>
        <Actions>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" busy={create.isPending}>
            Add agent
          </Button>
        </Actions>
      </form>
    </Dialog>
  )
}
