const basic =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà'
const extended = '^{}\\[~]|€\f'

/** How many segments a text is sent in: GSM-7 where every letter has a place there, else UCS-2. */
export function countSegments(text: string) {
  let septets = 0
  for (const letter of text) {
    if (basic.includes(letter)) septets += 1
    else if (extended.includes(letter)) septets += 2
    else return countParts(text.length, 70, 67)
  }
  return countParts(septets, 160, 153)
}

function countParts(length: number, single: number, joined: number) {
  return length <= single ? 1 : Math.ceil(length / joined)
}
