import { readFile } from 'node:fs/promises'
import { expect } from 'vitest'
import { until } from '../test/process/stage.ts'
import { expectSoundLook, looks, test } from './browser.ts'
import type { World } from './world.ts'

type Run = { id: string; state: string; started: boolean }
const day = 86_400_000
let calls = 0

/** A call that Retell knows of and never told us: over for a day. */
function untoldCall(to: string, seconds: number) {
  const endedAt = Date.now() - day
  return {
    call_id: `call_untold_${++calls}`,
    call_type: 'phone_call',
    agent_id: 'agent_of_the_browser_tests',
    direction: 'inbound',
    call_status: 'ended',
    from_number: '+14155550123',
    to_number: to,
    start_timestamp: endedAt - seconds * 1000,
    end_timestamp: endedAt,
    duration_ms: seconds * 1000,
    disconnection_reason: 'user_hangup',
  }
}

const trigger = (world: World) => world.ask<Run>('POST', '/api/admin/reconciliation-runs/trigger', {})

async function ended(world: World, id: string): Promise<string> {
  await until('the run is over', async () => {
    const { state } = await world.ask<Run>('GET', `/api/admin/reconciliation-runs/${id}`)
    return state !== 'running'
  })
  return id
}
/** A run from its beginning to its end; answers its id. */
const reconciled = async (world: World) => await ended(world, (await trigger(world)).id)

/** Runs of so many nights, each with what it found. */
async function nights(world: World, count: number) {
  await world.sql`
    insert into reconciliation_runs (id, trigger, triggered_by, state, phase, window_from, window_to, started_at, heartbeat_at, finished_at,
      checked, differences, flagged, missing_here, levels)
    select uuidv7(nth * interval '-1 day'), 'scheduled', 'system:scheduler',
      case nth % 5 when 0 then 'matched' else 'differences' end, 'done', now() - nth * interval '1 day' - interval '2 days',
      now() - nth * interval '1 day', now() - nth * interval '1 day', now() - nth * interval '1 day',
      now() - nth * interval '1 day' + interval '95 seconds', 1204, nth % 5, (nth % 5 > 0)::int * (nth % 2), 0,
      jsonb_build_array(jsonb_build_object('level', 1, 'checked', 1204, 'differences', nth % 5, 'flagged', (nth % 5 > 0)::int * (nth % 2), 'sums',
        jsonb_build_array(jsonb_build_object('unit', 'seconds', 'ours', 90000, 'theirs', 90000 + (nth % 5) * 61 * (1 - 2 * (nth % 2))))))
    from generate_series(1, ${count}::int) as nth`
}

test('by keyboard from the palette: what is missing here is found, opened, taken in as previewed, and booked with its webhook', async ({
  open,
  world,
}) => {
  const { phoneNumber } = await world.customer('Harbor Plumbing')
  world.lists.calls = [untoldCall(phoneNumber, 8000), untoldCall(phoneNumber, 90)]
  const page = await open('/reconciliation')
  await page.getByText('Nothing was reconciled yet').waitFor()
  await page.keyboard.press('Control+k')
  await page.keyboard.type('reconcile now')
  await page.getByRole('option', { name: 'Reconcile now' }).waitFor()
  await page.keyboard.press('Enter')
  const begin = page.getByRole('dialog', { name: 'Reconcile now' })
  await begin.getByRole('button', { name: 'Reconcile', exact: true }).press('Enter')

  await page.waitForURL(/\/reconciliation\/rcn_/)
  await page.getByRole('link', { name: 'Missing here' }).first().waitFor()
  await page.getByRole('grid', { name: 'Differences' }).focus()
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.waitForURL(/open=rcd_/)
  const panel = page.getByRole('complementary', { name: 'Difference' })
  await panel.getByText('2 h 13 m (8,000 s)').waitFor()
  await panel.getByRole('link', { name: 'Its webhooks' }).waitFor()
  await page.keyboard.press('j')
  await panel.getByText('1 m 30 s').first().waitFor()
  await page.keyboard.press('k')
  await panel.getByText('2 h 13 m (8,000 s)').waitFor()
  await page.keyboard.press('Escape')
  await panel.waitFor({ state: 'detached' })

  await page.getByRole('button', { name: 'Take in 2 missing…' }).click()
  const wizard = page.getByRole('dialog', { name: 'Take in what is missing here' })
  await wizard.getByText(/Harbor Plumbing passes 80 %/).waitFor()
  expect(await wizard.getByRole('row').count()).toBe(3)
  await expectSoundLook(page, { floating: true })
  await wizard.getByRole('button', { name: 'Take in 2: 2 h 14 m' }).click()
  await page.getByText('Everything is booked').waitFor()
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByText('2 records taken in').waitFor()
  await page.getByText('Booked', { exact: true }).nth(1).waitFor()

  await page.getByRole('link', { name: 'Missing here' }).first().click()
  await panel.getByRole('link', { name: 'The webhook it became' }).click()
  await page.getByRole('complementary', { name: 'Webhook' }).waitFor()
  await page.goBack()
  await panel.getByRole('link', { name: 'Harbor Plumbing' }).waitFor()
})

test('a run that is under way is shown, not refused, and its end appears by itself', async ({ open, world }) => {
  const held = Promise.withResolvers<void>()
  world.lists.held = held.promise
  const begun = await trigger(world)
  const page = await open('/reconciliation')
  await page.getByRole('link', { name: 'Reading the providers’ lists' }).waitFor()
  await page.getByRole('button', { name: 'Reconcile now' }).click()
  await page.getByRole('button', { name: 'Reconcile', exact: true }).click()
  await page.getByText('No second one was begun').waitFor()
  await page.waitForURL(new RegExp(begun.id))
  await page.getByRole('heading', { name: /^Run of/ }).waitFor()
  await page.locator('[data-live=live]').waitFor()
  await page.getByText('Running', { exact: true }).waitFor()

  held.resolve()
  await page.getByText('Running', { exact: true }).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'What was compared' }).first().click()
  await page.getByRole('row', { name: /Retell, calls Read/ }).waitFor()
  await page.getByRole('row', { name: /Calls and messages Time/ }).waitFor()
  await expectSoundLook(page)
})

test('a difference leads to the call here and its webhooks; the filters stand in the address and narrow the CSV', async ({
  open,
  world,
}) => {
  const { id, phoneNumber } = await world.customer('Bright Smile Dental')
  world.lists.calls = []
  await world.call(phoneNumber, 600)
  await world.settled()
  const runId = await reconciled(world)
  const plain = runId.slice(4)
  await world.sql`
    insert into reconciliation_differences (id, run_id, level, class, customer_id, provider, kind, provider_id, unit, ours, theirs, delta, flagged, occurred_at, event_id)
    select uuidv7(), ${plain}, 1, 'quantity_differs', customer_id, 'retell', 'call', 'call_of_the_test', 'seconds', 600, 540, 60, true, occurred_at, id
    from call_events where customer_id = ${id.slice(4)}`
  const page = await open(`/reconciliation/${runId}?flagged=yes`)
  await page.getByRole('button', { name: 'Class', exact: true }).click()
  await page.getByRole('menuitemradio', { name: 'Quantity differs' }).click()
  await page.waitForURL(/class=quantity_differs/)
  await page.getByRole('button', { name: 'Provider', exact: true }).click()
  await page.getByRole('menuitemradio', { name: 'Retell' }).click()
  await page.waitForURL(/provider=retell/)
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'CSV' }).click()])
  expect(file.suggestedFilename()).toBe(`reconciliation-${runId}.csv`)
  const lines = (await readFile(await file.path(), 'utf8')).trim().split('\r\n')
  expect(lines).toHaveLength(2)
  expect(lines[1]).toContain('quantity_differs')

  await page.getByRole('link', { name: 'Quantity differs' }).click()
  const panel = page.getByRole('complementary', { name: 'Difference' })
  await panel.getByText('+1 m 00 s').waitFor()
  await panel.getByRole('link', { name: 'The call here' }).click()
  await page.getByRole('complementary', { name: 'Call' }).getByRole('link', { name: 'Its webhooks' }).waitFor()
})

test('ten thousand differences are a list that is walked with the keyboard, and months of runs a chart and a table', async ({
  open,
  world,
}) => {
  await nights(world, 60)
  const [run] =
    await world.sql`select id from reconciliation_runs where trigger = 'scheduled' order by started_at desc limit 1`
  const runId = `rcn_${String(run?.id).replaceAll('-', '')}`
  await world.sql`
    insert into reconciliation_differences (id, run_id, level, class, provider, kind, provider_id, unit, ours, theirs, delta, flagged)
    select uuidv7(), ${run?.id}, 1, 'missing_there', 'retell', 'call', 'call_' || nth, 'seconds', nth, 0, nth, nth % 3 = 0 from generate_series(1, 10000) as nth`
  const page = await open('/reconciliation?drawn=time')
  await page.getByRole('img', { name: /Difference over time, min/ }).waitFor()
  await page.getByRole('button', { name: 'Show as a table' }).click()
  await page.getByRole('columnheader', { name: 'Less here' }).waitFor()

  await page.goto(page.url().replace(/\/reconciliation.*/, `/reconciliation/${runId}`))
  await page.getByRole('link', { name: 'Missing there' }).first().waitFor()
  const rows = () => page.getByRole('row').count()
  expect(await rows()).toBeLessThan(80)
  for (let nth = 0; nth < 3; nth++) await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.waitForURL(/open=rcd_/)
  await page.keyboard.press('Escape')
  await page.mouse.move(300, 600)
  for (let nth = 0; nth < 6; nth++) await page.mouse.wheel(0, 4000)
  await page.getByText(/^(1\d\d|[2-9]\d\d)\+$/).waitFor()
  expect(await rows()).toBeLessThan(80)
})

test('when the runs cannot be read the page says so, and reads them on request', async ({ open, world }) => {
  await reconciled(world)
  const page = await open('/', { tolerate: /ERR_FAILED/ })
  await page.getByRole('navigation', { name: 'Main' }).waitFor()
  await page.route(/reconciliation\.runs/, (route) => route.abort())
  await page.keyboard.press('g')
  await page.keyboard.press('r')
  await page.getByText('The runs could not be loaded').waitFor()
  await page.unroute(/reconciliation\.runs/)
  await page.getByRole('button', { name: 'Try again' }).last().click()
  await page.getByRole('grid', { name: 'Runs' }).waitFor()
  await page.getByRole('button', { name: 'State' }).click()
  await page.getByRole('menuitemradio', { name: 'Broken off' }).click()
  await page.getByText('No run matches these filters').waitFor()
})

for (const look of looks)
  test(`runs, a run and a difference are sound at ${look.width} px in the ${look.theme} theme`, async ({
    open,
    world,
  }) => {
    const { phoneNumber } = await world.customer(`Sound ${look.width} ${look.theme}`)
    world.lists.calls = [untoldCall(phoneNumber, 620)]
    const runId = await reconciled(world)
    const page = await open('/reconciliation', look)
    await page.getByRole('grid', { name: 'Runs' }).waitFor()
    await page
      .getByRole('link', { name: /^Run of/ })
      .first()
      .waitFor()
    await expectSoundLook(page)
    await page.goto(page.url().replace(/\/reconciliation.*/, `/reconciliation/${runId}?tab=compared`))
    await page.getByRole('table', { name: 'Sums of what was compared' }).waitFor()
    await expectSoundLook(page)
    await page.getByRole('button', { name: 'Differences' }).click()
    await page.getByRole('link', { name: 'Missing here' }).first().click()
    await page.getByText('The provider lists it and nothing of it is booked here.').waitFor()
    await expectSoundLook(page, { floating: look.width === 360 })
    await page.getByRole('button', { name: 'Take it in…' }).click()
    await page.getByRole('cell', { name: '10 m 20 s' }).waitFor()
    await expectSoundLook(page, { floating: true })
    await page.keyboard.press('Escape')
    await page.getByRole('table', { name: 'What is taken in' }).waitFor({ state: 'detached' })
    await page.getByText('The provider lists it and nothing of it is booked here.').waitFor()
  })
