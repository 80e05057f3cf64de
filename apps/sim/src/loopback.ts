export function isLoopback(hostname: string) {
  return hostname === 'localhost' || /^\[?(::1|(::ffff:)?127\.\d+\.\d+\.\d+)\]?$/.test(hostname)
}
