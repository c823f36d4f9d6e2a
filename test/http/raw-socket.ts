import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** An answer as it stood on the wire. */
export interface RawAnswer {
  readonly status: number
  /** In the order and the spelling in which they came. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
  header(name: string): string | undefined
  /** The body as JSON. */
  // biome-ignore lint/suspicious/noExplicitAny: answers of every operation
  readonly json: any
}

export interface RequestText {
  readonly method?: string
  readonly url?: string
  readonly version?: string
  /** Name, value, name, value … */
  readonly rawHeaders: readonly string[]
  readonly body?: string | Uint8Array
}

/** The bytes of a request; nothing is added. */
export function requestBytes({
  method = 'POST',
  url = '/',
  version = '1.1',
  rawHeaders,
  body = '',
}: RequestText): Buffer {
  let head = `${method} ${url} HTTP/${version}\r\n`
  for (let index = 0; index < rawHeaders.length; index += 2)
    head += `${rawHeaders[index]}: ${rawHeaders[index + 1]}\r\n`
  return Buffer.concat([Buffer.from(`${head}\r\n`, 'latin1'), Buffer.from(body as string)])
}

/** One connection that sends what it is told, byte by byte, and reads answers. */
export class RawSocket implements AsyncDisposable {
  readonly socket: Socket
  #received = Buffer.alloc(0)
  #ended = false
  #news = Promise.withResolvers<void>()

  static async open(port: number, tls?: { readonly ca: string }): Promise<RawSocket> {
    const socket = tls
      ? connectTls({ port, host: '127.0.0.1', servername: 'localhost', ca: tls.ca })
      : connect({ port, host: '127.0.0.1' })
    const raw = new RawSocket(socket)
    await once(socket, tls ? 'secureConnect' : 'connect')
    return raw
  }

  private constructor(socket: Socket) {
    this.socket = socket
    socket.setNoDelay(true)
    socket.on('data', (piece: Buffer) => {
      this.#received = Buffer.concat([this.#received, piece])
      this.#tell()
    })
    socket.on('close', () => {
      this.#ended = true
      this.#tell()
    })
    // How a connection ended shows in what came before.
    socket.on('error', () => {})
  }

  /** Resolves once the bytes are with the operating system. */
  async send(bytes: string | Uint8Array): Promise<void> {
    await new Promise<void>((resolve) => this.socket.write(bytes, () => resolve()))
  }

  /** The next answer, `100 Continue` included. Throws when the connection ends before it is whole. */
  async answer(of: 'HEAD' | 'POST' = 'POST'): Promise<RawAnswer> {
    for (;;) {
      const answer = this.#take(of)
      if (answer) return answer
      if (this.#ended)
        throw new Error(`The connection ended with ${JSON.stringify(this.#received.subarray(0, 500).toString())}`)
      await this.#news.promise
    }
  }

  /** Resolves once the server has closed the connection, with what it sent that no answer was made of. */
  async end(): Promise<string> {
    while (!this.#ended) await this.#news.promise
    return this.#received.toString()
  }

  #take(of: 'HEAD' | 'POST'): RawAnswer | undefined {
    const end = this.#received.indexOf('\r\n\r\n')
    if (end < 0) return undefined
    const [first = '', ...lines] = this.#received.subarray(0, end).toString('latin1').split('\r\n')
    const headers = lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)] as const)
    const header = (name: string) => headers.find(([other]) => other.toLowerCase() === name.toLowerCase())?.[1]
    const status = Number(first.split(' ')[1])
    const length = of === 'HEAD' || status < 200 ? 0 : Number(header('content-length'))
    if (this.#received.length < end + 4 + length) return undefined
    const body = this.#received.subarray(end + 4, end + 4 + length).toString()
    this.#received = this.#received.subarray(end + 4 + length)
    return { status, headers, body, header, json: status < 200 || body === '' ? undefined : parse(body) }
  }

  #tell(): void {
    this.#news.resolve()
    this.#news = Promise.withResolvers<void>()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.socket.destroy()
    while (!this.#ended) await this.#news.promise
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
