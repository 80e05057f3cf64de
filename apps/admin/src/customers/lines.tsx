import { PhoneCall, Plus } from 'lucide-react'
import { useState } from 'react'
import type { CustomerDetail } from '../app/contract.ts'
import { useRefusal } from '../app/session.ts'
import { Button } from '../ui/button.tsx'
import { Copyable } from '../ui/copy.tsx'
import { formatDay, formatWords } from '../ui/format.ts'
import { Empty } from '../ui/notice.tsx'
import { Panel } from '../ui/panel.tsx'
import { Phone } from '../ui/phone.tsx'
import { State } from '../ui/pill.tsx'
import { AddAgent } from './add-agent.tsx'

/** The customer's agents and the lines they answer. */
export function Lines({ customer }: { customer: CustomerDetail }) {
  const refusal = useRefusal()
  const [adding, setAdding] = useState(false)
  const add = (
    <Button size="small" refused={refusal} onClick={() => setAdding(true)}>
      <Plus aria-hidden className="size-3.5" />
      Add agent
    </Button>
  )
  const hasLine = customer.agents.some(({ phoneNumber }) => phoneNumber !== null)
  return (
    <Panel title="Agents" flush actions={hasLine && add}>
      {!hasLine ? (
        <Empty compact icon={<PhoneCall />} title="No line yet" action={add}>
          Calls and messages count as this customer’s when they concern one of its lines.
        </Empty>
      ) : (
        <ul>
          {customer.agents.map((agent) => (
            <li
              key={agent.id}
              className="grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-0.5 border-t px-4 py-2 text-sm sm:grid-cols-[11rem_minmax(0,1fr)_7rem_auto]"
            >
              {agent.phoneNumber === null ? (
                <span className="text-ink-3">
                  {agent.status === 'retired' ? 'Number given back' : 'Waits for a number'}
                </span>
              ) : (
                <Phone number={agent.phoneNumber} className="font-medium" />
              )}
              <span className="min-w-0 truncate text-ink-2 max-sm:order-last max-sm:col-span-2">
                {agent.nickname ?? ''}
                {agent.agentId && (
                  <Copyable
                    text={agent.agentId}
                    label="Copy the agent id"
                    className={agent.nickname ? 'ml-2 font-mono text-xs' : 'font-mono text-xs'}
                  >
                    {agent.agentId}
                  </Copyable>
                )}
              </span>
              <State tone={agent.isActive ? 'ok' : 'neutral'}>
                {formatWords(agent.provider)}
                {!agent.isActive && ', inactive'}
              </State>
              <span className="text-right text-xs text-ink-3 max-sm:hidden">
                since {formatDay(Date.parse(agent.createdAt))}
              </span>
            </li>
          ))}
        </ul>
      )}
      {adding && <AddAgent customer={customer} onClose={() => setAdding(false)} />}
    </Panel>
  )
}
