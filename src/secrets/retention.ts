import { DAY_MS } from '../aws/time.ts'
import type { Stages, VersionInfo } from './secret.ts'

/** How many of the most recent versions of a secret are kept; AWS says "about 100" (facts 7.7, 8.12). */
export const KEPT_VERSIONS = 100

/** Versions younger than this are never removed (facts 7.7). */
export const MIN_VERSION_AGE = DAY_MS

/**
 * The ids of the versions to remove when a version is added; `versions` and `stages` are those after it was added.
 *
 * Removed is what has no label, is at least a day old, and is not among the most recent versions.
 */
export function versionsToRemove(versions: readonly VersionInfo[], stages: Stages, now: number): readonly string[] {
  return newestFirst(versions)
    .slice(KEPT_VERSIONS)
    .filter((version) => !stages.has(version.versionId) && !isYoung(version, now))
    .map((version) => version.versionId)
}

/**
 * Whether adding a version was one too many; `versions` are those after it was added.
 *
 * Only young versions count: labels bound the others, so that a secret has never more than KEPT_VERSIONS + MAX_LABELS.
 */
export function versionLimitReached(versions: readonly VersionInfo[], now: number): boolean {
  return versions.filter((version) => isYoung(version, now)).length > KEPT_VERSIONS
}

/** Versions written in the same millisecond count in the order in which they come. */
function newestFirst(versions: readonly VersionInfo[]): VersionInfo[] {
  return versions.toReversed().sort((a, b) => b.createdAt - a.createdAt)
}

function isYoung(version: VersionInfo, now: number): boolean {
  return now - version.createdAt < MIN_VERSION_AGE
}
