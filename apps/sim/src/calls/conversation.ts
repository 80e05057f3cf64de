import type { Random } from '../random.ts'
import type { Caller } from './callers.ts'
import { bookedEnding, type Exchange, openEnding, type Script, scripts, smallTalk, type Trade } from './scripts.ts'

export type Turn = { role: 'agent' | 'user'; content: string; startsAt: number }

export type Conversation = {
  turns: Turn[]
  topic: string
  summary: string
  sentiment: 'Positive' | 'Neutral' | 'Negative' | 'Unknown'
  isSuccessful: boolean
  isBooked: boolean
}

type Occasion = { trade: Trade; business: string; caller: Caller; seconds: number; direction: 'inbound' | 'outbound' }

/** Seconds that a sentence takes, with the pause that follows it. */
const secondsToSay = (sentence: string) => sentence.split(' ').length / 2.6 + 0.7

/** A telephone conversation that fits into the seconds it lasted. */
export function inventConversation(random: Random, occasion: Occasion): Conversation {
  const script = random.pick(scripts[occasion.trade])
  const sentences = chooseSentences(random, script, occasion).map((sentence) => fillIn(sentence, occasion))
  const turns: Turn[] = []
  let spoken = 0.6
  for (const [index, content] of sentences.entries()) {
    if (spoken + secondsToSay(content) > occasion.seconds && turns.length > 0) break
    turns.push({ role: index % 2 === 0 ? 'agent' : 'user', content, startsAt: spoken })
    spoken += secondsToSay(content)
  }
  const isComplete = turns.length === sentences.length
  return {
    turns,
    topic: script.topic,
    summary: isComplete
      ? script.summary
      : `The caller wanted to talk about: ${script.topic}. The call ended before it was settled.`,
    sentiment: isComplete ? script.sentiment : turns.length < 3 ? 'Unknown' : 'Neutral',
    isSuccessful: isComplete,
    isBooked: isComplete && script.isBooked,
  }
}

function chooseSentences(random: Random, script: Script, occasion: Occasion) {
  const ending = script.isBooked ? bookedEnding : openEnding
  const needed = [...script.exchanges, ...ending]
  let left = occasion.seconds - 6 - lengthOf(needed)
  const extra: Exchange[] = []
  for (const exchange of random.shuffle(smallTalk)) {
    if (left < lengthOf([exchange])) break
    left -= lengthOf([exchange])
    extra.push(exchange)
  }
  return [greetingOf(occasion), ...script.exchanges.flat(), ...extra.flat(), ...ending.flat()]
}

function lengthOf(exchanges: readonly Exchange[]) {
  return exchanges.flat().reduce((sum, sentence) => sum + secondsToSay(sentence), 0)
}

function greetingOf({ direction }: Occasion) {
  return direction === 'inbound'
    ? 'Thank you for calling {business}, how can I help you today?'
    : 'Hi {name}, this is {business} returning your call. What can we do for you?'
}

function fillIn(sentence: string, { business, caller }: Occasion) {
  return sentence
    .replaceAll('{business}', business)
    .replaceAll('{name}', `${caller.firstName} ${caller.lastName}`)
    .replaceAll('{street}', caller.street)
    .replaceAll('{time}', caller.time)
}
