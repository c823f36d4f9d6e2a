import { serviceEntry } from '../app/service-entry.ts'
import type { RootKeyRotationConfig } from '../config.ts'
import type { Installation } from '../open-installation.ts'
import { nameOfRootKey, wrapProven } from '../open-keyring.ts'
import { obtainRootKey, type RootKeySource } from '../root-key-source.ts'
import { localRootKey, type RootKey } from '../seal/root-key.ts'
import { RootKeyError } from '../seal/root-key-error.ts'
import { assertReplaceable, finishRootKeyFile, makeNextRootKeyFile } from '../seal/root-keys/replace-file.ts'
import { readInstallation, rewrapInstallation } from '../storage/installation.ts'
import { CommandError } from './command-error.ts'
import { rotatedRootKey } from './rotated-root-key.ts'
import { withInstallation } from './with-installation.ts'

const DOING = 'Cannot rotate the root key'

/**
 * Puts the keyring under another root key; offline, with the present one. Without a new source a root key file is replaced
 * in its place. Interrupted at any point, the store opens with one of the two keys, and doing it again finishes it.
 */
export async function rotateRootKey({ dataDir, rootKey, newRootKey }: RootKeyRotationConfig): Promise<void> {
  const inPlace = fileInPlace(rootKey, newRootKey)
  const target = newRootKey ?? (rootKey.kind === 'file' ? rootKey : undefined)
  if (!target)
    throw new CommandError(
      `${DOING}: there is no file in which a new one could take its place. Name the new one, as with --new-root-key-file.`,
    )
  try {
    await withInstallation({ dataDir, rootKey }, DOING, async (installation) => {
      if (inPlace !== undefined) return rotateFile(inPlace, installation)
      const { rootKey: next, made } = await obtainRootKey(target, { dataDir, wanted: undefined, making: {} })
      await rewrap(installation, next)
      await installation.engine.erase()
      process.stdout.write(rotatedRootKey({ dataDir, fingerprint: next.fingerprint, source: target, made }))
    })
  } catch (error) {
    if (inPlace !== undefined || !isOtherKey(error) || !(await opens(dataDir, target))) throw error
    process.stdout.write('The root key has been rotated already: the store opens with the new one.\n')
  }
}

/** The file whose key is replaced where it lies. */
function fileInPlace(present: RootKeySource, next: RootKeySource | undefined): string | undefined {
  if (present.kind !== 'file') return undefined
  return next === undefined || (next.kind === 'file' && next.path === present.path) ? present.path : undefined
}

async function rotateFile(path: string, installation: Installation): Promise<void> {
  const { dataDir, rootKey, finishedRotation } = installation
  if (finishedRotation) {
    process.stdout.write(`Finished the rotation that was interrupted: ${nameOfRootKey(rootKey.fingerprint)}\n`)
    return
  }
  await assertReplaceable(path, rootKey.fingerprint)
  const next = await makeNextRootKeyFile(path)
  await rewrap(installation, localRootKey(next.bytes))
  const kept = await finishRootKeyFile(path, rootKey.fingerprint)
  await installation.engine.erase()
  process.stdout.write(
    rotatedRootKey({ dataDir, fingerprint: next.fingerprint, source: { kind: 'file', path, chosen: true }, kept }),
  )
}

async function rewrap({ engine, id, keyring, rootKey, identities }: Installation, next: RootKey): Promise<void> {
  const { fingerprint: from } = rootKey
  const { fingerprint: to } = next
  if (from === to) throw new CommandError(`${DOING}: the new one is the one there is: ${nameOfRootKey(to)}`)
  const [before, [account = '']] = await Promise.all([readInstallation(engine), identities.accounts()])
  if (!before) throw new Error('An installation that is open was never set up')
  const event = { service: 'coffer', operation: 'RotateRootKey', by: 'coffer', region: 'us-east-1', at: Date.now() }
  const entry = serviceEntry({ ...event, account, parameters: { From: from, To: to } })
  const wrapped = await wrapProven(keyring.current, next, id)
  await rewrapInstallation(engine, before, { rootKey: to, keyring: wrapped }, entry)
}

function isOtherKey(error: unknown): boolean {
  return error instanceof CommandError && error.cause instanceof RootKeyError && error.cause.code === 'other-key'
}

/** True when the store is under this root key. */
async function opens(dataDir: string, rootKey: RootKeySource): Promise<boolean> {
  return withInstallation({ dataDir, rootKey }, DOING, async () => {}).then(
    () => true,
    () => false,
  )
}
