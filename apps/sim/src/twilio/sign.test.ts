import { describe, expect, test } from 'vitest'
import { hasVectors, readVectors } from '../testing/vectors.ts'
import { signedUrl, signTwilio } from './sign.ts'

const token = 'token_of_the_lighthouse'

// the digests were made by openssl over strings put together by hand
test('a Twilio signature covers the URL and every parameter, sorted, empty and repeated ones too', () => {
  const params = {
    MediaUrl0: 'https://m.example/x',
    From: '+13125550142',
    MediaUrl: ['b.jpg', 'a.jpg', 'b.jpg'],
    Body: 'Es läuft – really?',
    Empty: '',
    AccountSid: 'AC01',
  }
  expect(signTwilio('https://ops.example.org/webhooks/twilio/sms?line=2', params, token)).toBe(
    'db+0XDLai5z2xSiLkyhj+Tu56WI=',
  )
})

test('without parameters the URL alone is signed', () => {
  expect(signTwilio('http://127.0.0.1:3000/webhooks/twilio/status', {}, token)).toBe('7SLHBjyAMf2efmomXRjYC3qLaKM=')
})

describe('the URL that Twilio signs', () => {
  test.each([
    ['voice', 'https://ops.example.org:8443/door?a=1#rc=3&rp=all', 'https://ops.example.org/door?a=1'],
    ['sms', 'https://ops.example.org:8443/door?a=1#rc=3', 'https://ops.example.org:8443/door?a=1'],
    ['voice', 'http://127.0.0.1:3000/door', 'http://127.0.0.1:3000/door'],
    ['sms', 'https://user:secret@ops.example.org/door', 'https://ops.example.org/door'],
  ] as const)('for %s, %s is %s', (channel, url, expected) => {
    expect(signedUrl(url, channel)).toBe(expected)
  })
})

test.runIf(hasVectors)('the signatures that Twilio has published are made, and the broken ones are not', () => {
  const vectors = readVectors('twilio')
  expect(vectors.length).toBeGreaterThan(3)
  for (const { id, url = '', params = {}, secret, headers, expect: verdict } of vectors) {
    const withPort = url.replace(
      /^(https?):\/\/([^/:]+)\//,
      (_, scheme, host) => `${scheme}://${host}:${scheme === 'https' ? 443 : 80}/`,
    )
    const made = [url, withPort].map((candidate) => signTwilio(candidate, params, secret))
    expect([id, made.includes(headers['X-Twilio-Signature'] ?? '')]).toEqual([id, verdict === 'valid'])
  }
})
