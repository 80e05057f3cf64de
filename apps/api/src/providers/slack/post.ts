import type { NetCtx } from '../../platform/context.ts'
import { callProvider } from '../call.ts'

/** Whether there is a channel to post to. */
export const canPost = (ctx: NetCtx): boolean => ctx.env.SLACK_WEBHOOK_URL !== undefined

/** Posts to the channel of SLACK_WEBHOOK_URL, in Slack's own marks (docs.slack.dev, Sending messages using incoming webhooks). It answers no id: nobody can ask afterwards. */
export async function postToSlack(ctx: NetCtx, text: string): Promise<void> {
  await callProvider(ctx, {
    provider: 'slack',
    component: 'incoming_webhook',
    method: 'POST',
    url: ctx.env.SLACK_WEBHOOK_URL ?? '',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text, unfurl_links: false }),
    answers: 'text',
  })
}
