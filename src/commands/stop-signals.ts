const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
type Signal = (typeof SIGNALS)[number]

const NUMBERS: Record<Signal, number> = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }

/**
 * Resolves at the first signal to stop; a second one ends the process at once.
 *
 * A launcher in front of this process passes its signals on by message. From a terminal both get each signal, so of every kind the larger of
 * the two counts is how often it was sent. When the launcher dies, that is a signal to stop too.
 */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    const direct: Record<Signal, number> = { SIGINT: 0, SIGTERM: 0, SIGHUP: 0 }
    const passedOn: Record<Signal, number> = { SIGINT: 0, SIGTERM: 0, SIGHUP: 0 }
    const count = (counts: Record<Signal, number>, signal: Signal) => {
      counts[signal]++
      resolve()
      const total = SIGNALS.reduce((sum, name) => sum + Math.max(direct[name], passedOn[name]), 0)
      // What was to be removed at the end is removed by listeners of the exit.
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
