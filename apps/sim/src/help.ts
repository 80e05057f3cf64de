import { storyNames } from './stories/names.ts'

export const help = `The sim stands in for the outside world: it is Retell, Twilio, Telnyx, Stripe and a calendar, callers included.

  node apps/sim/src/main.ts                                  serve, and let quiet days go by
  node apps/sim/src/main.ts <story> [--seed s] [--minutes n] tell one story to a running system
  node apps/sim/src/main.ts --help

Stories: ${storyNames.join(', ')}
  quiet-day   calls and texts of all customers, bookings, a stranger now and then, one customer that reaches its cap
  bad-night   duplicates, reordering, forgeries, unreadable bytes, late events, Twilio down, a burst
  back-fill   the last 24 hours, told in half a minute

A checkout page of this Stripe (/stripe/pay/…) has one button; whoever presses it has paid.

Environment
  SIM_PORT              where it serves, on 127.0.0.1 (4010; 0 takes any free port)
  TRUNKLINE_URL         where webhooks go (http://127.0.0.1:3000)
  TRUNKLINE_PUBLIC_URL  the address that Twilio signs (TRUNKLINE_URL)
  TRUNKLINE_DEMO_FILE   keys, numbers and customers of the demo world ($TRUNKLINE_DATA_DIR/demo.json, else .data/demo.json)

While it serves, this machine can direct it:
  GET  /sim/messages             what was sent through Twilio's REST door
  POST /sim/faults               { "vendor": "twilio", "mode": "error_500", "times": 3 }
                                 modes: ok timeout error_500 error_429 refuse accept_then_drop
  POST /sim/recipients           { "phoneNumber": "+13125550123", "state": "blocked" }
  POST /sim/stories/bad-night    { "seed": "7", "minutes": 2 };  GET /sim/stories, DELETE /sim/stories
`
