import type { PlaceConfig } from '../config.ts'
import { type Installation, openInstallation } from '../open-installation.ts'
import { DataDirectoryInUseError, isEmptyStore } from '../storage/data-directory.ts'
import { attempt, CommandError } from './command-error.ts'

/**
 * Opens an installation that no server runs on, for the time of `work`. Throws CommandError.
 *
 * @param doing what cannot be done where there is nothing to open, as `Cannot reset the access key`
 */
export async function withInstallation(
  { dataDir, rootKey }: Pick<PlaceConfig, 'dataDir' | 'rootKey'>,
  doing: string,
  work: (installation: Installation) => Promise<void>,
): Promise<void> {
  if (isEmptyStore(dataDir))
    throw new CommandError(`${doing}: ${dataDir}: there is no Coffer data in it. Choose another with --data-dir.`)
  const open = () => openInstallation({ dataDir, rootKey })
  const installation = await attempt(`Cannot open the data directory: ${dataDir}`, open).catch((error) => {
    if (!(error.cause instanceof DataDirectoryInUseError)) throw error
    throw new CommandError(
      `${doing}: ${dataDir}: a Coffer server is using it${error.cause.holder}. Stop the server, run this command again, then start the server.`,
    )
  })
  try {
    await work(installation)
  } finally {
    await installation.close()
  }
}
