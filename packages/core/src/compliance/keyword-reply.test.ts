import { expect, test } from 'vitest'
import { classifyText } from './classify.ts'
import { keywordReply } from './keyword-reply.ts'

test('what is answered never brings its own answer about: no reply is a keyword', () => {
  for (const kind of ['stop', 'start', 'help'] as const)
    for (const name of [undefined, 'Harbor Plumbing']) {
      expect(keywordReply(kind, name).length).toBeLessThanOrEqual(306)
      expect(classifyText(keywordReply(kind, name))).toBeUndefined()
    }
})
