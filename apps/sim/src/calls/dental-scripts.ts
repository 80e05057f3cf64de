import type { Script } from './scripts.ts'

export const dentalScripts: readonly Script[] = [
  {
    topic: 'broken crown',
    exchanges: [
      [
        'My crown came off while I was eating and the tooth is really sensitive.',
        'That must be unpleasant. Do you still have the crown? If so keep it dry in a small box and bring it with you.',
      ],
      [
        'I have it, yes. Can I glue it back on for now?',
        'Please do not use glue. The pharmacy has temporary cement, and avoid chewing on that side.',
      ],
      [
        'Okay. Will my insurance cover it?',
        'Re-cementing is usually covered. Bring your card and we check it with them before we start.',
      ],
      [
        'I am a bit nervous about the pain to be honest.',
        'That is completely normal. The doctor numbs the area first, and the visit takes about thirty minutes.',
      ],
    ],
    summary:
      'A crown came off and the tooth is sensitive. The patient keeps the crown, was told not to glue it, and has an appointment.',
    sentiment: 'Neutral',
    isBooked: true,
  },
  {
    topic: 'cleaning appointment',
    exchanges: [
      [
        'I need to book a cleaning for me and my daughter.',
        'Of course. Would you like to come one after the other, or at the same time with two hygienists?',
      ],
      ['The same time would be great.', 'I can do that. How old is your daughter, and has she been here before?'],
      [
        'She is seven, and it is her first time with you.',
        'Wonderful, then we allow ten minutes more to show her around. I will text you the new patient form.',
      ],
    ],
    summary:
      'A cleaning was booked for a parent and a seven-year-old new patient at the same time. The intake form goes out by text.',
    sentiment: 'Positive',
    isBooked: true,
  },
  {
    topic: 'question about a bill',
    exchanges: [
      [
        'I got a bill for two hundred and forty dollars and I thought my insurance paid that.',
        'Let me help. I cannot see claim decisions myself, but I can have our billing office call you today.',
      ],
      [
        'I already called twice and nobody called back.',
        'I am sorry about that. I am marking this as a repeat request, and the office manager gets it directly.',
      ],
      [
        'Fine. I am not paying until somebody explains it.',
        'That is understood, and I have noted it. No late fee is added while it is being looked at.',
      ],
    ],
    summary:
      'The caller disputes a bill of 240 dollars and has called twice before. The agent escalated it to the office manager for a call back today.',
    sentiment: 'Negative',
    isBooked: false,
  },
]
