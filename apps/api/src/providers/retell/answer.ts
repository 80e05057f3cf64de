/** Shortest and longest that Retell lets a call be limited to. */
const limitMs = { least: 60_000, most: 7_200_000 }

/** What Retell is told of a call that rings; without an agent the number's own takes it ("Inbound webhook", Retell docs). */
export function inboundAnswer(call: {
  agentId: string | undefined
  maxSeconds: number | undefined
  variables: Record<string, string | undefined>
  metadata: Record<string, string | undefined>
}) {
  const { agentId, maxSeconds, variables, metadata } = call
  const longest =
    maxSeconds === undefined ? undefined : Math.min(limitMs.most, Math.max(limitMs.least, maxSeconds * 1000))
  return {
    call_inbound: {
      ...(agentId === undefined ? {} : { override_agent_id: agentId }),
      ...(longest === undefined ? {} : { agent_override: { agent: { max_call_duration_ms: longest } } }),
      dynamic_variables: stated(variables),
      metadata: stated(metadata),
    },
  }
}

const stated = (values: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter((one): one is [string, string] => one[1] !== undefined))

/** It is not taken. An answer that merely names no agent leaves the call to the number's own. */
export const refusal = { call_inbound: { reject: true } }
