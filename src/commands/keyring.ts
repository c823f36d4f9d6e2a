import { setTimeout as pause } from 'node:timers/promises'
import type { ConnectionConfig } from '../connection-config.ts'
import { describeKeyring } from '../keyring-api/operations/describe-keyring.ts'
import { rotateKeyring as rotate } from '../keyring-api/operations/rotate-keyring.ts'
import { type Ask, connect } from './call-coffer.ts'
import { jsonLine } from './json-line.ts'
import { type DescribedKeyring, keyringText, resealedText } from './keyring-text.ts'
import { outputWidth, paragraph } from './paragraph.ts'

export interface KeyringOptions {
  readonly json: boolean
  readonly connection: ConnectionConfig
}

/** How often a running Coffer is asked how far it is, milliseconds. */
const ASK_EVERY_MS = 500

/** Prints the versions of the keyring, and how far rotations are. */
export async function keyringStatus({ json, connection }: KeyringOptions): Promise<void> {
  const ask = await connect(connection)
  const described = await ask(describeKeyring, {})
  process.stdout.write(json ? jsonLine(described.json) : keyringText(described.output, outputWidth()))
}

/**
 * Lets a running Coffer give each purpose of its keyring a new version, and looks on until everything is resealed. Whoever
 * stops looking stops nothing; asked again, it goes on looking at the rotation that is under way.
 */
export async function rotateKeyring({ json, connection }: KeyringOptions): Promise<void> {
  const ask = await connect(connection)
  const { output, json: answer } = await ask(rotate, {})
  if (json) process.stdout.write(jsonLine(answer))
  else process.stdout.write(paragraph(begun(output.Rotated), { width: outputWidth() }))
  const described = await resealed(ask, (text) => json || process.stdout.write(text))
  process.stdout.write(json ? jsonLine(described.json) : keyringText(described.output, outputWidth()))
}

function begun(rotated: readonly string[]): string {
  if (rotated.length === 0) return 'A rotation is under way already.'
  return `New keys for ${rotated.join(', ')}. What the old ones sealed is being resealed. The server goes on when you stop looking.`
}

/** The keyring once everything has been looked at. */
async function resealed(ask: Ask, show: (text: string) => void): Promise<{ json: unknown; output: DescribedKeyring }> {
  for (let shown = ''; ; await pause(ASK_EVERY_MS)) {
    const described = await ask(describeKeyring, {})
    const text = resealedText(described.output)
    if (text === undefined) return described
    if (text !== shown) show(text)
    shown = text
  }
}
