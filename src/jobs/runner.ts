/** Something to do again and again. */
export interface Job {
  readonly name: string
  readonly everyMs: number
  run(): Promise<void>
}

/** Runs jobs at their intervals, each never twice at once, until it is closed. Its timers keep no process alive. */
export class JobRunner {
  readonly #timers: NodeJS.Timeout[] = []
  readonly #running = new Set<Promise<void>>()
  readonly #onFailure: (job: string, error: unknown) => void

  constructor(jobs: readonly Job[], onFailure: (job: string, error: unknown) => void) {
    this.#onFailure = onFailure
    for (const job of jobs) this.#start(job)
  }

  /** No run begins any more; waits for those under way. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    await Promise.all(this.#running)
  }

  #start(job: Job): void {
    let busy = false
    const run = () => {
      if (busy) return
      busy = true
      const running: Promise<void> = job
        .run()
        .catch((error) => this.#onFailure(job.name, error))
        .finally(() => {
          busy = false
          this.#running.delete(running)
        })
      this.#running.add(running)
    }
    run()
    this.#timers.push(setInterval(run, job.everyMs).unref())
  }
}
