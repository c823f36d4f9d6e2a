import { isIPv4, isIPv6 } from 'node:net'
import { type Comparison, comparison } from './comparison.ts'

/** An address as 128 bits; IPv4 in the place that IPv6 has for it, so that a peer on a dual-stack socket is the same as on a plain one. */
interface Address {
  readonly version: 4 | 6
  readonly bits: bigint
}

const MAPPED = 0xffffn << 32n
const MAPPED_BITS = 96
const PREFIX_LENGTH = /^[0-9]{1,3}$/

/** An address; undefined for any other text, also for one with a zone. */
export function readAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { version: 4, bits: MAPPED | readQuad(text) }
  if (!isIPv6(text) || text.includes('%')) return undefined
  const bits = readGroups(text)
  return { version: bits >> 32n === 0xffffn ? 4 : 6, bits }
}

const readQuad = (text: string) => text.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n)

function readGroups(text: string): bigint {
  const quad = /[0-9]+\.[0-9.]+$/.exec(text)?.[0]
  const last = quad === undefined ? 0n : readQuad(quad)
  const hex =
    quad === undefined
      ? text
      : `${text.slice(0, -quad.length)}${(last >> 16n).toString(16)}:${(last & 0xffffn).toString(16)}`
  const [left = '', right] = hex.split('::')
  const groups = (part: string) => (part === '' ? [] : part.split(':'))
  const before = groups(left)
  const after = groups(right ?? '')
  const zeros = right === undefined ? [] : Array<string>(8 - before.length - after.length).fill('0')
  return [...before, ...zeros, ...after].reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n)
}

/** Addresses that begin alike. */
interface Block extends Address {
  /** Bits that are the same, of 128. */
  readonly prefix: number
}

/** A block in CIDR notation, or a single address; undefined for any other text. */
export function readBlock(text: string): Block | undefined {
  const [base = '', length, ...more] = text.split('/')
  const address = readAddress(base)
  if (!address || more.length > 0 || (length !== undefined && !PREFIX_LENGTH.test(length))) return undefined
  const written = isIPv4(base) ? 32 : 128
  const prefix = Number(length ?? written) + 128 - written
  if (prefix > 128) return undefined
  // A block of IPv6 addresses that happens to span the place of IPv4 does not mean them.
  return { version: prefix < MAPPED_BITS ? 6 : address.version, bits: address.bits, prefix }
}

/** Test for the addresses of a block. */
function blockTest(text: string): ((address: Address) => boolean) | undefined {
  const block = readBlock(text)
  if (!block) return undefined
  const { version, bits, prefix } = block
  const shift = BigInt(128 - prefix)
  const wanted = bits >> shift
  return (other) => other.version === version && other.bits >> shift === wanted
}

/** Test for texts that are addresses of a block in CIDR notation; undefined when the block is none. */
export function addressTest(block: string): ((text: string) => boolean) | undefined {
  const test = blockTest(block)
  return (
    test &&
    ((text) => {
      const address = readAddress(text)
      return address !== undefined && test(address)
    })
  )
}

const inBlock: Omit<Comparison<Address>, 'name' | 'negated'> = {
  variables: false,
  wildcards: false,
  read: readAddress,
  prepare: blockTest,
}

/** IPv4 and IPv6 blocks in CIDR notation. */
export const ipAddressOperators = [
  comparison({ ...inBlock, name: 'IpAddress', negated: false }),
  comparison({ ...inBlock, name: 'NotIpAddress', negated: true }),
]
