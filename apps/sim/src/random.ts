import { createHash } from 'node:crypto'

export type Random = ReturnType<typeof createRandom>

/** A stream of choices that is the same for the same seed, on every machine. */
export function createRandom(seed: string | number) {
  // 128 bits of state, so that ids made from many seeds do not meet
  const state = new Uint32Array(4)
  const digest = createHash('sha256').update(String(seed)).digest()
  for (let index = 0; index < 4; index++) state[index] = digest.readUInt32LE(index * 4)
  let a = state[0] ?? 0
  let b = state[1] ?? 0
  let c = state[2] ?? 0
  let counter = state[3] ?? 1

  function nextWord() {
    const sum = (a + b + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (c << 21) | (c >>> 11)
    c = (c + sum) | 0
    return sum >>> 0
  }

  const fraction = () => nextWord() / 4_294_967_296
  const integer = (lowest: number, highest: number) => lowest + Math.floor(fraction() * (highest - lowest + 1))

  return {
    fraction,
    /** A whole number between the two, both included. */
    integer,
    chance: (probability: number) => fraction() < probability,
    pick<Item>(items: readonly Item[]): Item {
      const item = items[integer(0, items.length - 1)]
      if (item === undefined) throw new RangeError('There is nothing to pick from')
      return item
    },
    pickWeighted<Item>(items: readonly Item[], weightOf: (item: Item) => number): Item {
      const total = items.reduce((sum, item) => sum + weightOf(item), 0)
      let left = fraction() * total
      for (const item of items) {
        left -= weightOf(item)
        if (left < 0) return item
      }
      const last = items.at(-1)
      if (last === undefined) throw new RangeError('There is nothing to pick from')
      return last
    },
    shuffle<Item>(items: readonly Item[]): Item[] {
      const shuffled = [...items]
      for (let index = shuffled.length - 1; index > 0; index--) {
        const other = integer(0, index)
        const held = shuffled[index] as Item
        shuffled[index] = shuffled[other] as Item
        shuffled[other] = held
      }
      return shuffled
    },
    hex(length: number) {
      let digits = ''
      while (digits.length < length) digits += nextWord().toString(16).padStart(8, '0')
      return digits.slice(0, length)
    },
  }
}
