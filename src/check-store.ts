import { setImmediate as othersFirst } from 'node:timers/promises'
import type { DamagedRow } from './aws/damaged-row.ts'
import { ValueOpener } from './open-stored-value.ts'
import { resealingWith } from './resealing.ts'
import type { Keyring } from './seal/keyring.ts'
import { type CheckedTable, checkedTables, type Opening } from './storage/checked-tables.ts'
import { INSTALLATION, type Installation, installationIn } from './storage/installation.ts'
import { rowsStatement } from './storage/keyring-store.ts'
import { type Row, raw, type Sql, sql } from './storage/sql.ts'
import { bytesOf } from './storage/statement-rows.ts'
import type { StoreReader } from './storage/store-reader.ts'

/** How far a check has come. */
export type CheckProgress =
  | { readonly step: 'structure'; readonly table: string }
  | { readonly step: 'rows'; readonly done: number; readonly total: number }

export interface CheckedStore {
  /** Rows that were checked, by table. */
  readonly rows: Readonly<Record<string, number>>
  /** What SQLite found wrong with the pages of a table, or why a table could not be read to its end. */
  readonly structure: readonly { readonly table: string; readonly fault: string }[]
  readonly damaged: Found<DamagedRow>
  /** Versions whose KMS key is gone, so that nothing can be said of their values: ARN and version id. */
  readonly unopened: Found<string>
}

/** What was found, the first of it by name. */
export interface Found<T> {
  readonly count: number
  readonly first: readonly T[]
}

/** Findings of one kind that are kept by name. */
const KEPT_FINDINGS = 10_000

export interface CheckParts {
  readonly reader: StoreReader
  /** Opens the keyring of the store. Rejects with RootKeyError. */
  readonly keyringOf: (installation: Installation) => Promise<Keyring>
  readonly onProgress: (progress: CheckProgress) => void
}

/**
 * Verifies the structure and every MAC of a store, and opens everything that is sealed in it. Reads some rows at a time, each time as of one
 * moment together with the keyring, so that a server may write meanwhile and rotate its keyring. Undefined for a store that is not set up.
 */
export async function checkStore({ reader, keyringOf, onProgress }: CheckParts): Promise<CheckedStore | undefined> {
  const structure = reader.tables().flatMap((table) => {
    onProgress({ step: 'structure', table })
    return reader.structureFaults(table).map((fault) => ({ table, fault }))
  })
  const walk = new Walk(reader, keyringOf)
  try {
    if (!installationIn(reader.snapshot(INSTALLATION).results)) return undefined
    await walk.run((done, total) => onProgress({ step: 'rows', done, total }))
  } catch (error) {
    if (!isSqliteError(error)) throw error
    walk.unreadable.push({ table: 'keyring', fault: error.message })
  } finally {
    walk.wipe()
  }
  const { rows, unreadable, damaged, unopened } = walk
  return { rows, structure: [...structure, ...unreadable], damaged, unopened }
}

class Findings<T> implements Found<T> {
  count = 0
  readonly first: T[] = []

  add(finding: T): void {
    if (++this.count <= KEPT_FINDINGS) this.first.push(finding)
  }
}

/** One walk through all rows. */
class Walk {
  readonly rows: Record<string, number> = {}
  readonly damaged = new Findings<DamagedRow>()
  readonly unopened = new Findings<string>()
  readonly unreadable: { table: string; fault: string }[] = []
  readonly #reader: StoreReader
  readonly #keyringOf: CheckParts['keyringOf']
  readonly #values = new ValueOpener((name) => this.#findMaterial(name))
  #keyring: { readonly stored: string; readonly keyring: Keyring } | undefined

  constructor(reader: StoreReader, keyringOf: CheckParts['keyringOf']) {
    this.#reader = reader
    this.#keyringOf = keyringOf
  }

  async run(onProgress: (done: number, total: number) => void): Promise<void> {
    const totals = checkedTables.map(({ name }) => this.#count(name))
    const total = totals.reduce((sum, count) => sum + count, 0)
    let done = 0
    for (const table of checkedTables) {
      this.rows[table.name] = 0
      try {
        for await (const count of this.#table(table)) {
          done += count
          this.rows[table.name] = (this.rows[table.name] ?? 0) + count
          onProgress(done, Math.max(done, total))
        }
      } catch (error) {
        if (!isSqliteError(error)) throw error
        this.unreadable.push({ table: table.name, fault: error.message })
      }
    }
  }

  wipe(): void {
    this.#values.wipe()
  }

  /** Yields how many rows were checked, some at a time. */
  async *#table(table: CheckedTable): AsyncGenerator<number> {
    for (let after: readonly (string | number)[] | undefined; ; ) {
      const { rows, keyring } = await this.#read(rowsStatement(table, after))
      const opening = this.#openingWith(keyring)
      for (const row of rows) await table.check(row, opening)
      yield rows.length
      const last = rows.at(-1)
      if (!last) return
      after = table.key.map((column) => last[column] as string | number)
      await othersFirst()
    }
  }

  #openingWith(keyring: Keyring): Opening {
    const mac = { ...keyring.authenticator('row-mac'), report: (damaged: DamagedRow) => this.damaged.add(damaged) }
    return {
      resealing: resealingWith(keyring, mac),
      openValue: (value) => this.#values.open(value),
      onUnopened: (row) => this.unopened.add(row),
    }
  }

  /** Rows with the keyring of the same moment. */
  async #read(statement: Sql): Promise<{ readonly rows: readonly Row[]; readonly keyring: Keyring }> {
    const { results } = this.#reader.snapshot([statement, ...INSTALLATION])
    const [rows = [], ...beside] = results
    const installation = installationIn(beside)
    if (!installation) throw new Error('The store lost its installation while it was checked')
    const stored = JSON.stringify(installation.keyring.map(({ purpose, version }) => [purpose, version]))
    if (this.#keyring?.stored !== stored) this.#keyring = { stored, keyring: await this.#keyringOf(installation) }
    return { rows, keyring: this.#keyring.keyring }
  }

  async #findMaterial({ region, keyId, version }: { region: string; keyId: string; version: number }) {
    const { rows, keyring } = await this.#read(sql`select k.account, m.sealed from kms_materials m
      join kms_keys k on k.region = m.region and k.key_id = m.key_id
      where m.region = ${region} and m.key_id = ${keyId} and m.version = ${version}`)
    const [row] = rows
    return row && { account: String(row.account), sealed: bytesOf(row.sealed), sealer: keyring.sealer('kms') }
  }

  #count(table: string): number {
    try {
      const { results } = this.#reader.snapshot([sql`select count(*) as count from ${raw(table)}`])
      return Number(results[0]?.[0]?.count)
    } catch (error) {
      // What cannot be counted cannot be read to its end either, which the walk reports.
      if (isSqliteError(error)) return 0
      throw error
    }
  }
}

const isSqliteError = (error: unknown): error is Error =>
  error instanceof Error && (error as NodeJS.ErrnoException).code === 'ERR_SQLITE_ERROR'
