import type { Trade } from '../calls/scripts.ts'

/** What callers write to a business. */
export const inboundTexts: Record<Trade, readonly string[]> = {
  plumbing: [
    'Hi, the drain is blocked again. Can someone come today?',
    'Running 10 min late, gate code is 4471',
    'Thanks, water is back on!',
    'How much for a new faucet installed?',
    'YES',
    'Can we move it to after 3pm? My tenant works until then and I would really like to be there when the plumber arrives, since the shutoff is hidden behind the washing machine.',
  ],
  hvac: [
    'Heat is out again upstairs 😩',
    'Confirmed for tomorrow, thank you',
    'Do you service heat pumps?',
    'The thermostat shows E4, what does that mean?',
    'Tech was great, very polite',
    'Please text when you are on the way',
  ],
  dental: [
    'Can I reschedule my cleaning to next week?',
    'C',
    'Is it normal that it still hurts a little after two days?',
    'Got the form, will bring it with me',
    'Does the office open on Saturday?',
    'Thanks! See you Thursday 🙂',
  ],
}

/** What a business writes to its callers. */
export const outboundTexts: Record<Trade, readonly string[]> = {
  plumbing: [
    '{business}: your plumber is on the way and arrives in about 25 minutes.',
    '{business}: you are booked for tomorrow between 1 and 3 pm. Reply C to confirm or R to move it. Reply STOP to opt out.',
    'Sorry we missed your call! This is {business}. Tell us what is wrong and we will get back to you within the hour.',
    '{business}: thanks for having us. Your invoice of $189.00 can be paid with the link in our e-mail. If anything still drips within thirty days, call us and we come back at no charge.',
  ],
  hvac: [
    '{business}: reminder of your tune-up on Monday at 8:00. Someone over 18 should be home. Reply C to confirm.',
    '{business}: the technician has finished. How did we do, from 1 to 5?',
    'Sorry we missed you! {business} here. Is it about heating or cooling?',
    '{business}: the part for your unit has arrived – shall we come on Friday at 11?',
  ],
  dental: [
    '{business}: reminder of your visit on Thursday at 2:30 pm. Reply C to confirm or call us to move it. Reply STOP to opt out.',
    '{business}: please fill in the new patient form before your visit. The link is in our e-mail.',
    '{business}: it has been six months since your last cleaning. Would you like a time next week?',
    'Sorry we missed your call. This is {business}; the office opens at 8 am. If you are in pain, reply PAIN and the doctor on call gets back to you.',
  ],
}
