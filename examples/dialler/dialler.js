import { setTimeout as wait } from 'node:timers/promises'
import { createClient, isTrunklineError } from '@trunkline/client'

const {
  TRUNKLINE_URL = 'http://127.0.0.1:3000',
  TRUNKLINE_TOKEN,
  RETELL_BASE_URL = 'https://api.retellai.com',
  RETELL_API_KEY,
  POLL_MS = '1000',
} = process.env
const [customerId, from, ...numbers] = process.argv.slice(2)
if (customerId === undefined || from === undefined || numbers.length === 0) {
  process.stderr.write('usage: node dialler.js <customer id> <number to call from> <number to call>...\n')
  process.exit(1)
}

/** The longest call that is placed; so many seconds are reserved before it begins. */
const longestSeconds = 600
const trunkline = createClient({ url: TRUNKLINE_URL, token: TRUNKLINE_TOKEN })

for (const to of numbers) {
  const admission = await trunkline.usage.check.mutate({ customerId, kind: 'call', quantity: longestSeconds, to })
  if (admission.reason === 'revoked') {
    say(to, 'not called: asked to be left alone')
    continue
  }
  if (!admission.allowed || admission.holdId === null) {
    say(to, `not called: ${admission.reason}`)
    process.exitCode = 2
    break
  }
  const call = await place(to, admission.holdId)
  if (call === undefined) {
    await settle({ id: admission.holdId, quantity: 0 })
    say(to, 'not called: Retell refused')
    continue
  }
  const seconds = await secondsOf(call)
  // Retell's own webhook of this call, sooner or later, ends in the same charge: both name the call
  const { overrun } = await settle({ id: admission.holdId, quantity: seconds, providerId: call })
  say(to, `${seconds} s${overrun > 0 ? `, ${overrun} s longer than was reserved` : ''}`)
}

/** Starts a call that carries its hold along; undefined where Retell will not. */
async function place(to, holdId) {
  const answer = await retell('/v2/create-phone-call', {
    from_number: from,
    to_number: to,
    metadata: { customer_id: customerId, hold_id: holdId },
    retell_llm_dynamic_variables: {},
  })
  return answer?.call_id
}

/** Waits for the end of a call; answers its length in whole seconds, rounded up as it is charged. */
async function secondsOf(callId) {
  for (;;) {
    const call = await retell(`/v2/get-call/${callId}`)
    if (call?.call_status === 'ended' || call?.call_status === 'error') return Math.ceil((call.duration_ms ?? 0) / 1000)
    await wait(Number(POLL_MS))
  }
}

async function retell(path, body) {
  const answer = await fetch(RETELL_BASE_URL + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${RETELL_API_KEY}`, 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(30_000),
  })
  if (answer.status >= 500 || answer.status === 429) throw new Error(`Retell answered ${answer.status}`)
  return answer.ok ? await answer.json() : undefined
}

/** Settling twice changes nothing, so an answer that was lost is simply asked for again. */
async function settle(what) {
  for (let attempt = 1; ; attempt++) {
    try {
      return await trunkline.usage.settle.mutate(what)
    } catch (error) {
      if (!isTrunklineError(error) || attempt === 5) throw error
      if (!['network', 'timeout', 'unavailable'].includes(error.refusal)) throw error
      await wait(attempt * 200)
    }
  }
}

function say(to, what) {
  process.stdout.write(`…${to.slice(-4)}: ${what}\n`)
}
