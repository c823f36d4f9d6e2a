/** Something to do again and again. */
export interface Job {
  readonly name: string
  readonly everyMs: number
  /** @param signal says that no more is to be begun */
  run(signal: AbortSignal): Promise<void>
}

/** Runs jobs at their intervals, each never twice at once, until it is closed. Its timers keep no process alive. */
export class JobRunner {
  readonly #timers: NodeJS.Timeout[] = []
  readonly #wakes = new Map<string, () => void>()
  readonly #stop = new AbortController()
  readonly #running = new Set<Promise<void>>()
  readonly #onFailure: (job: string, error: unknown) => void

  constructor(jobs: readonly Job[], onFailure: (job: string, error: unknown) => void) {
    this.#onFailure = onFailure
    for (const job of jobs) this.#start(job)
  }

  /** No run begins any more; those under way are told to stop, and waited for. */
  async close(): Promise<void> {
    this.#stop.abort()
    for (const timer of this.#timers) clearInterval(timer)
    await Promise.all(this.#running)
  }

  /** Runs a job before its time: there is something to do. While it runs already, once more after that: it may have looked too early. */
  wake(job: string): void {
    this.#wakes.get(job)?.()
  }

  #start(job: Job): void {
    let busy = false
    let again = false
    const run = () => {
      if (busy || this.#stop.signal.aborted) return
      busy = true
      const running: Promise<void> = job
        .run(this.#stop.signal)
        .catch((error) => this.#onFailure(job.name, error))
        .finally(() => {
          busy = false
          this.#running.delete(running)
          if (again) wake()
        })
      this.#running.add(running)
    }
    const wake = () => {
      again = busy
      run()
    }
    run()
    this.#wakes.set(job.name, wake)
    this.#timers.push(setInterval(run, job.everyMs).unref())
  }
}
