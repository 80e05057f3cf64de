import { dentalScripts } from './dental-scripts.ts'

export const trades = ['plumbing', 'hvac', 'dental'] as const
export type Trade = (typeof trades)[number]

/** What is said in turns: first the caller, then the agent. {name}, {street}, {time} and {business} are filled in. */
export type Exchange = readonly [caller: string, agent: string]

export type Script = {
  topic: string
  exchanges: readonly Exchange[]
  summary: string
  sentiment: 'Positive' | 'Neutral' | 'Negative'
  isBooked: boolean
}

export const scripts: Record<Trade, readonly Script[]> = {
  plumbing: [
    {
      topic: 'leaking water heater',
      exchanges: [
        [
          'Hi, my water heater is leaking all over the garage floor.',
          "I'm sorry to hear that. Is the water still running, or were you able to close the valve on top of the tank?",
        ],
        [
          'I turned the valve but it still drips a little.',
          'That is fine, a slow drip can wait for us. Is it a gas or an electric heater, and do you know roughly how old it is?',
        ],
        [
          'It is gas. I think it came with the house, so maybe twelve years.',
          'Thank you. At that age our plumber will look at repair and replacement and give you both prices before doing anything.',
        ],
        [
          'What does it cost just to come out?',
          'The visit is eighty nine dollars, and we take it off the bill if you go ahead with the work.',
        ],
      ],
      summary:
        'The caller reported a leaking twelve-year-old gas water heater. The valve is closed and it drips slowly. A visit was booked at the standard fee.',
      sentiment: 'Neutral',
      isBooked: true,
    },
    {
      topic: 'blocked kitchen drain',
      exchanges: [
        [
          'My kitchen sink will not drain. I tried the plunger and it just comes back up.',
          'Thanks for trying that first. Does any other drain in the house run slowly, or is it the kitchen alone?',
        ],
        [
          'Only the kitchen. The dishwasher is backing up too, though.',
          'They share one line, so that makes sense. Please leave the dishwasher off until we have cleared it.',
        ],
        [
          'Okay. Should I pour something down there?',
          'Better not, drain cleaner makes it harder for the technician. Hot water is fine if it goes down at all.',
        ],
        ['Do you guys use a camera?', 'Yes, if the cable does not clear it we run a camera at no extra charge.'],
      ],
      summary:
        'The caller has a blocked kitchen line that also backs up the dishwasher. The agent advised against drain cleaner and booked a technician.',
      sentiment: 'Positive',
      isBooked: true,
    },
    {
      topic: 'price of a bathroom remodel',
      exchanges: [
        [
          'I am getting quotes for moving a shower, do you do remodels?',
          'We do. For remodels one of our estimators comes out, measures, and sends a written quote, and that is free.',
        ],
        [
          'Can you just give me a ballpark?',
          'I would rather not guess, because moving the drain changes the price a lot. The visit takes about half an hour.',
        ],
        [
          'Let me talk to my wife first and call back.',
          'Of course. I will note that you called, so you do not need to explain it again.',
        ],
      ],
      summary:
        'The caller asked for a rough price for moving a shower. The agent offered a free estimate; the caller will discuss it and call back.',
      sentiment: 'Neutral',
      isBooked: false,
    },
  ],
  hvac: [
    {
      topic: 'no heat',
      exchanges: [
        [
          'Our furnace stopped working last night and it is freezing in here.',
          'I understand, let us get somebody to you. Is the thermostat screen on, and does the blower run at all?',
        ],
        [
          'The screen is on, it says heating, but the air is cold.',
          'That often means the burner does not light. Please do not reset it more than twice. Do you smell gas anywhere?',
        ],
        [
          'No, no gas smell.',
          'Good. Are there small children or anyone who is ill in the house? I can move you up the list if so.',
        ],
        [
          'My mother is staying with us, she is eighty one.',
          'Then I am marking this as a priority. The technician calls you half an hour before arriving.',
        ],
      ],
      summary:
        'No heat since last night with an elderly person in the house; no smell of gas. The agent marked the visit as a priority.',
      sentiment: 'Negative',
      isBooked: true,
    },
    {
      topic: 'seasonal tune-up',
      exchanges: [
        [
          'I would like to set up my yearly tune-up.',
          'Happy to. I see two units on your plan, shall we do both in one visit?',
        ],
        [
          'Yes, both. Do I still have the maintenance plan?',
          'You do, it runs until next spring, so the tune-up itself is free and filters are included.',
        ],
        [
          'Great. How long does it take?',
          'About an hour for each unit. Someone over eighteen should be at home for the start.',
        ],
      ],
      summary: 'The caller booked the yearly tune-up for two units under the running maintenance plan.',
      sentiment: 'Positive',
      isBooked: true,
    },
    {
      topic: 'air conditioner is noisy',
      exchanges: [
        [
          'The outside unit makes a grinding noise when it starts.',
          'Thank you for calling early. Does the noise stop after some seconds or does it go on as long as it runs?',
        ],
        [
          'It goes on for maybe a minute, then it is quiet.',
          'That sounds like the fan motor. I would switch the system off until we have looked, a seized motor is a costlier repair.',
        ],
        [
          'Is that covered by warranty?',
          'Parts are covered for ten years if the unit was registered. The technician checks the serial number on site.',
        ],
        [
          'Okay, what are you charging for the visit?',
          'The diagnostic visit is ninety five dollars, and it is waived with a repair.',
        ],
      ],
      summary:
        'The outdoor unit grinds for about a minute at start. The agent suspects the fan motor, advised to switch it off and booked a diagnostic visit.',
      sentiment: 'Neutral',
      isBooked: true,
    },
  ],
  dental: dentalScripts,
}

/** Said in any trade, when there is time left. */
export const smallTalk: readonly Exchange[] = [
  [
    'Is there parking for your van? The street is narrow.',
    'Thank you for telling me, I have added a note for the team.',
  ],
  ['Do you take cards?', 'We do, all major cards, and you can also pay from the link in the text message.'],
  [
    'Sorry, can you repeat that?',
    'Of course. I said that you will get a text message with the time and the name of the person coming.',
  ],
  ['Hold on one second, somebody is at the door.', 'Take your time, I am right here.'],
  [
    'Are you a real person by the way?',
    'I am the virtual assistant of {business}. If you prefer, I can have a colleague call you back.',
  ],
  [
    'And if I have to move it?',
    'Just answer the text message or call this number, up to four hours before is no problem.',
  ],
  ['Can you send me that in writing?', 'Yes, the confirmation goes to this number by text as soon as we hang up.'],
  ['My neighbor recommended you.', 'That is lovely to hear. I will pass it on to the team.'],
]

export const bookedEnding: readonly Exchange[] = [
  ['When could you fit me in?', 'The next opening is {time}. Would that work for you?'],
  ['Yes, that works. The name is {name}.', 'Thank you, {name}. And the address is still {street}?'],
  ['That is right, {street}.', 'Perfect. You are booked for {time}, and a confirmation is on its way by text.'],
  ['Great, thanks for your help.', 'You are welcome. Have a good day.'],
]

export const openEnding: readonly Exchange[] = [
  ['My name is {name}, you can reach me on this number.', 'Thank you, {name}. I have noted it down.'],
  ['Alright, bye.', 'Thank you for calling {business}. Goodbye.'],
]
