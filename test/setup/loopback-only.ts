/** Tests run without a network: a connection that would leave this machine fails at once and says so, on a laptop as in CI. */
import { Socket } from 'node:net'

const loopback = new Set(['localhost', '127.0.0.1', '::1', '0.0.0.0', '::'])

const connect = Socket.prototype.connect
Socket.prototype.connect = function (this: Socket, ...parameters: unknown[]) {
  // Node passes its own callers' arguments as one normalised array, [options, callback].
  const [first, second] = (Array.isArray(parameters[0]) ? parameters[0] : parameters) as [unknown, unknown]
  const options = typeof first === 'object' && first !== null ? (first as { host?: string; path?: string }) : undefined
  const host = options?.host ?? (typeof second === 'string' ? second : 'localhost')
  if (options?.path === undefined && !loopback.has(host)) {
    throw new Error(`a test tried to connect to ${host}: use a fake, or a server on 127.0.0.1`)
  }
  return Reflect.apply(connect, this, parameters) as Socket
}
