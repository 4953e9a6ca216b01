'use strict'

// What Node.js loads in a box before the program: each connection is asked for at the gateway, by HTTP CONNECT, whatever
// library wants it. Sockets that are local by name (`path`) stay what they are.

const fs = require('node:fs')
const net = require('node:net')
const tls = require('node:tls')
const { syncBuiltinESMExports } = require('node:module')

const gateway = process.env.COZY_GATEWAY
const connectSocket = net.Socket.prototype.connect
const connectSecurely = tls.connect

// Texts that are too long for the environment that Linux hands over.
if (process.env.COZY_LONG_TEXTS) {
  Object.assign(process.env, JSON.parse(fs.readFileSync(process.env.COZY_LONG_TEXTS, 'utf8')))
  delete process.env.COZY_LONG_TEXTS
}

net.Socket.prototype.connect = function connect(...args) {
  const [options, connected] = Array.isArray(args[0]) ? args[0] : net._normalizeArgs(args)
  if (options.path || this instanceof tls.TLSSocket) return connectSocket.apply(this, args)
  if (connected) this.once('connect', connected)
  throughGateway(this, options.host || 'localhost', options.port)
  return connectSocket.call(this, { path: gateway })
}

tls.connect = function connect(...args) {
  const [given, secured] = net._normalizeArgs(args)
  const more = args.slice(1, 3).find((each) => each !== null && typeof each === 'object')
  const options = { ...given, ...more }
  if (options.socket || options.path) return connectSecurely(options, secured)
  // A socket without a handle is read by TLS as a stream, so that the talk with the gateway comes before it.
  const socket = new net.Socket({ signal: options.signal, allowHalfOpen: options.allowHalfOpen })
  const secure = connectSecurely({ ...options, socket }, secured)
  if (options.timeout) secure.setTimeout(options.timeout)
  for (const name of ['ref', 'unref']) {
    secure[name] = function (...given) {
      socket[name]() // an idle connection keeps no program from ending
      return tls.TLSSocket.prototype[name].apply(this, given)
    }
  }
  socket.connect({ host: options.host, port: options.port })
  return secure
}

syncBuiltinESMExports()

// Let a socket be connected only once the gateway has led it on: until then it says so to nobody, and what the gateway
// answers is no part of what it reads.
function throughGateway(socket, host, port) {
  const emit = socket.emit
  let answer = Buffer.alloc(0)

  socket.emit = function (event, ...values) {
    if (event === 'ready') return true
    if (event !== 'connect') return emit.call(this, event, ...values)
    const name = net.isIPv6(host) ? `[${host}]` : host
    this._writeGeneric(false, `CONNECT ${name}:${port} HTTP/1.1\r\n\r\n`, 'latin1', (error) => error && this.destroy(error))
    this.connecting = true // so that what the program writes waits
    this._handle.reading = true
    this._handle.readStart()
    return true
  }

  socket.push = function (chunk) {
    if (chunk === null) return refuse(this, 'ECONNRESET')
    answer = Buffer.concat([answer, chunk])
    const end = answer.indexOf('\r\n\r\n')
    if (end < 0) return true
    const [, status, word] = /^HTTP\/1\.1 (\d+) (\w+)/.exec(answer.toString('latin1')) || []
    if (status !== '200') return refuse(this, word || 'ECONNREFUSED')
    delete this.push
    delete this.emit
    this.connecting = false
    this.emit('connect')
    this.emit('ready')
    const rest = answer.subarray(end + 4)
    const wantsMore = rest.length ? this.push(rest) : true
    if (!this.isPaused()) this.read(0)
    return wantsMore
  }

  function refuse(refused, code) {
    delete refused.push
    delete refused.emit
    const isUnknown = code === 'ENOTFOUND'
    const error = new Error(isUnknown ? `getaddrinfo ${code} ${host}` : `connect ${code} ${host}:${port}`)
    const facts = isUnknown ? { syscall: 'getaddrinfo', hostname: host } : { syscall: 'connect', address: host, port }
    refused.destroy(Object.assign(error, { code, ...facts }))
    return false
  }
}
