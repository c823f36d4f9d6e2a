import { X509Certificate } from 'node:crypto'
import type { Log } from '../log.ts'

const DAY_MS = 86_400_000
/** Days before its end at which a certificate is warned of, the earliest first; 0 is the end itself. */
const WARNING_DAYS = [30, 7, 1, 0] as const
/** How often a running server looks: each warning comes within an hour of its time. */
const LOOK_EVERY_MS = 3_600_000

/** Milliseconds since the epoch at which the first certificate of a PEM chain ends. */
export function endOfChain(pem: string): number {
  const certificates = pem.match(/-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----/gs) ?? []
  return Math.min(...certificates.map((certificate) => new X509Certificate(certificate).validToDate.getTime()))
}

/** The last of `WARNING_DAYS` that has been reached; undefined while the end is further away than all of them. */
export function warningReached(endsAt: number, now: number): (typeof WARNING_DAYS)[number] | undefined {
  return WARNING_DAYS.findLast((days) => endsAt - now <= days * DAY_MS)
}

/** Warns of a certificate that ends soon, once at each of `WARNING_DAYS`. Its timer keeps no process alive. */
export class CertificateWatch implements Disposable {
  readonly #log: Log
  readonly #timer: NodeJS.Timeout
  #endsAt: number
  #warned: number | undefined

  constructor(pem: string, log: Log) {
    this.#log = log
    this.#endsAt = endOfChain(pem)
    this.look(Date.now())
    this.#timer = setInterval(() => this.look(Date.now()), LOOK_EVERY_MS).unref()
  }

  /** Watches another certificate in place of the one before. */
  replace(pem: string): void {
    this.#endsAt = endOfChain(pem)
    this.#warned = undefined
    this.look(Date.now())
  }

  /** @param now milliseconds since the epoch */
  look(now: number): void {
    const days = warningReached(this.#endsAt, now)
    if (days === undefined || days === this.#warned) return
    this.#warned = days
    const details = { endsAt: new Date(this.#endsAt).toISOString() }
    if (days === 0)
      this.#log.error(details, 'the TLS certificate has ended: clients refuse it. Replace it, then send SIGHUP')
    else
      this.#log.warn(
        details,
        `the TLS certificate ends within ${days} ${days === 1 ? 'day' : 'days'}. Replace it, then send SIGHUP`,
      )
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer)
  }
}
