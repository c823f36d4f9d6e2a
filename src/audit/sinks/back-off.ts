/** Wait after the first failure, and the longest one, milliseconds. */
export const FIRST_WAIT_MS = 500
export const LONGEST_WAIT_MS = 5 * 60_000

/**
 * How long to wait after so many failures in a row, from 1: twice as long each time, of which a random half is left out, so that many servers
 * do not come back to a receiver at once.
 *
 * @param random from 0 to 1
 */
export function backOff(failures: number, random: number): number {
  const most = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** Math.min(failures - 1, 30))
  return Math.round(most * (1 - random / 2))
}
