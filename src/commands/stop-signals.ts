import { closeSync, openSync } from 'node:fs'

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
type Signal = (typeof SIGNALS)[number]

const NUMBERS: Record<Signal, number> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }

/**
 * Resolves at the first signal to stop. A second one ends the process at once.
 *
 * A launcher in front of this process passes its signals on by message. From a terminal both get each signal, so the larger of the two counts says
 * how often a kind was sent. When the launcher dies, that is a signal to stop too.
 *
 * @param onReload called for each SIGHUP in place of stopping, but for the SIGHUP that a terminal sends when it is closed. Without it SIGHUP stops.
 */
export function stopSignal(onReload?: () => void): Promise<void> {
  const hadTerminal = hasTerminal()
  return new Promise((resolve) => {
    const direct: Record<Signal, number> = { SIGINT: 0, SIGTERM: 0, SIGHUP: 0 }
    const passedOn: Record<Signal, number> = { SIGINT: 0, SIGTERM: 0, SIGHUP: 0 }
    const count = (counts: Record<Signal, number>, signal: Signal) => {
      if (signal === 'SIGHUP' && onReload && hasTerminal() === hadTerminal) return onReload()
      counts[signal]++
      resolve()
      const total = SIGNALS.reduce((sum, name) => sum + Math.max(direct[name], passedOn[name]), 0)
      // Listeners of the exit remove what is to be removed at the end.
      if (total > 1) process.exit(128 + NUMBERS[signal])
    }
    for (const signal of SIGNALS) process.on(signal, () => count(direct, signal))
    process.on('message', (message) => {
      const signal = SIGNALS.find((name) => name === message)
      if (signal) count(passedOn, signal)
    })
    process.once('disconnect', resolve)
    // Listening must not keep the process from ending by itself.
    process.channel?.unref()
  })
}

/** Whether this process has a controlling terminal. A closed terminal takes it away before SIGHUP arrives (POSIX, General Terminal Interface). */
function hasTerminal(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r'))
    return true
  } catch {
    return false
  }
}
