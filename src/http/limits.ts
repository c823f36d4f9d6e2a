/**
 * Every limit of the HTTP server beside the size of a body (`MAX_BODY_BYTES`). They bound what somebody without credentials can hold or
 * spend; no client of AWS's comes near them.
 */
export const LIMITS = {
  /** Request line and headers, bytes. Twice the longest that a client needs: 4 KB of Authorization and 4 KB of session token. */
  headerBytes: 16 * 1024,
  /** From a connection's opening, or a request's first byte, to the end of its headers. They fit into one packet or a few. */
  headersMs: 10_000,
  /** From a request's first byte to its last: 1 MB through 300 kbit/s. */
  requestMs: 30_000,
  /** How often the two limits above and the answers below are looked after. */
  checkMs: 500,
  /** Nothing sent and nothing taken for so long while a request is under way: the client is gone, or does not take its answer. */
  silenceMs: 60_000,
  /** What a client has to take an answer: so long, and the time of its bytes at 256 kbit/s beside. */
  answerMs: 60_000,
  answerBytesPerSecond: 32 * 1024,
  /** While requests wait for room, a client that has taken nothing for so long is cut off. */
  stuckMs: 2_000,
  /** While requests still wait for room then, clients are cut off that take longer than this, the slowest first: 1.3 MB through 1 Mbit/s. */
  slowMs: 10_000,
  /** Answers that clients have not taken yet, together, bytes: some 100 batches of the largest values. Beyond, requests wait. */
  unsentBytes: 128 * 1024 * 1024,
  /** The same of the clients of one address (IPv6: one /64): half of it, so that others need not wait. */
  unsentBytesPerAddress: 64 * 1024 * 1024,
  /**
   * Secret values that all requests under way may read together: each is in memory until its answer is recorded and sent. Sixty-four batches of
   * 20 keep a process busy.
   */
  valuesAtOnce: 1280,
  /** An idle connection is kept for longer than the usual 60 s of proxies and load balancers, so that not we close it under a request. */
  keepAliveMs: 75_000,
  /** A TLS handshake takes three packets. */
  handshakeMs: 10_000,
  /** Open connections: with its headers each can hold some 20 KB, together some 100 MB. Beyond, a new one takes the place of an idle one. */
  connections: 4096,
  /** Requests on one connection. Then it is closed, so that clients behind a balancer come to spread anew. */
  requestsPerConnection: 10_000,
  /** Connections of one IPv4 address or one IPv6 /64, trusted proxies apart: a quarter of all, so that three others always find room. */
  connectionsPerAddress: 1024,
  /** Requests of one connection whose answers have not left yet. They wait for each other; no client of AWS's pipelines at all. */
  openRequests: 64,
  /** What all bodies that need more than one piece may hold together, bytes (docs/architecture.md, A request, step by step). */
  bodiesBytes: 64 * 1024 * 1024,
  /** A refused request's announced body up to this size is read and forgotten, so that its connection stays usable. */
  skippedBytes: 64 * 1024,
  /** What is still taken from a refused client before its connection is closed: it sees the answer only once it has stopped sending. */
  drainedBytes: 4 * 1024 * 1024,
  drainMs: 2_000,
  /** For how long requests may go on after `close`. Container platforms kill 10 s (Docker) to 30 s (Kubernetes) after they ask. */
  stopMs: 8_000,
  /** The store's time to say that it is there. Kubernetes gives a probe 1 s unless told otherwise. */
  pingMs: 900,
  /** For how long a ping's outcome holds, whoever asks how often. */
  pingEveryMs: 1_000,
} as const

export type HttpLimits = { readonly [name in keyof typeof LIMITS]: number }
