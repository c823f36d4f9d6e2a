import type { Change } from '../aws/change.ts'
import { searchWords } from '../secrets/filters.ts'
import type { Secret, Version, VersionInfo } from '../secrets/secret.ts'
import type {
  Found,
  NewSecret,
  PageQuery,
  Scope,
  SecretPage,
  SecretsStore,
  Selector,
  VersionChanges,
} from '../secrets/secrets-store.ts'
import { TamperedError } from '../secrets/secrets-store.ts'
import type { Engine, SqlChange, Write } from './engine.ts'
import { SOMETHING_TO_ERASE } from './erasure-mark.ts'
import { type Covered, macFits, macOf, type RowMac } from './row-mac.ts'
import {
  ADDED_SECRET_COLUMNS,
  rowToSecret,
  rowToVersion,
  rowToVersionInfo,
  SECRET_COLUMNS,
  secretToRow,
  WRITTEN_SECRET_COLUMNS,
} from './rows.ts'
import { searchSecrets } from './search-secrets.ts'
import { chunks, join, list, ROWS_PER_INSERT, type Row, raw, type Sql, sql } from './sql.ts'

export const SECRETS: Covered = {
  table: 'secrets',
  named: ['arn'],
  columns: ['arn', 'revision', ...SECRET_COLUMNS],
  added: ADDED_SECRET_COLUMNS,
}

/** A secret with its current version, for every query that reads secrets. */
const FOUND_COLUMNS = raw(
  `s.*, v.version_id, v.created_at as version_created_at, v.accessed_at as version_accessed_at,
   v.kms_key_id as version_kms_key_id, v.is_binary, v.data_key, v.ciphertext`,
)
const WITH_CURRENT = raw('left join versions v on v.secret_id = s.id and v.version_id = s.current_version')

const VERSION_INFO = raw(
  'version_id, created_at as version_created_at, accessed_at as version_accessed_at, kms_key_id as version_kms_key_id',
)

/** Secrets on any engine. */
export class SqlSecretsStore implements SecretsStore {
  readonly #engine: Engine
  readonly #mac: RowMac

  constructor(engine: Engine, mac: RowMac) {
    this.#engine = engine
    this.#mac = mac
  }

  async findMany(selectors: readonly Selector[]): Promise<readonly (Found | TamperedError | undefined)[]> {
    if (selectors.length === 0) return []
    const snapshot = await this.#engine.read([findStatement(selectors)])
    const rows = snapshot.results[0] ?? []
    const byName = new Map(rows.map((row) => [nameKey(row.account, row.region, row.name), row]))
    const byArn = new Map(rows.map((row) => [row.arn, row]))
    return selectors.map((selector) => {
      const row =
        'arn' in selector
          ? byArn.get(selector.arn)
          : byName.get(nameKey(selector.scope.account, selector.scope.region, selector.name))
      return row && this.#found(row)
    })
  }

  async version(secret: Secret, versionId: string): Promise<Version | undefined> {
    const { results } = await this.#engine.read([versionStatement(secret.id, versionId)])
    const row = results[0]?.[0]
    return row && rowToVersion(row)
  }

  async versions(secret: Secret): Promise<readonly VersionInfo[]> {
    const { results } = await this.#engine.read([versionsStatement(secret.id)])
    // Sorted here: they are some hundred at most, and an index for it would cost more on every write.
    const rows = (results[0] ?? []).toSorted((left, right) => Number(left.id) - Number(right.id))
    return rows.map(rowToVersionInfo)
  }

  async page(query: PageQuery): Promise<SecretPage> {
    const page = await searchSecrets(this.#engine, query)
    const items = page.rows.map(({ row, secret }) =>
      macFits(this.#mac, SECRETS, row) && secret ? secret : new TamperedError(String(row.arn)),
    )
    return { items, next: page.next }
  }

  expired(now: number, limit: number): Promise<readonly Secret[]> {
    return this.#due((after) => expiredStatement(now, limit, after), limit)
  }

  rotationsDue(now: number, limit: number): Promise<readonly Secret[]> {
    return this.#due((after) => rotationsDueStatement(now, limit, after), limit)
  }

  async #due(statement: (after: Row | undefined) => Sql, limit: number): Promise<readonly Secret[]> {
    const found: Secret[] = []
    for (let last: Row | undefined; found.length < limit; ) {
      const { results } = await this.#engine.read([statement(last)])
      const rows = results[0] ?? []
      // A forged mark destroys and begins nothing, and holds up nothing.
      found.push(...rows.filter((row) => macFits(this.#mac, SECRETS, row)).map(rowToSecret))
      last = rows.at(-1)
      if (rows.length < limit) break
    }
    return found.slice(0, limit)
  }

  create(secret: NewSecret, ...versions: readonly Version[]): Change {
    const row = secretToRow(secret)
    const mac = macOf(this.#mac, SECRETS, { ...row, revision: 1 })
    const columns = raw([...WRITTEN_SECRET_COLUMNS, 'revision', 'mac'].join(', '))
    const values = join([...WRITTEN_SECRET_COLUMNS.map((column) => sql`${row[column]}`), sql`1`, sql`${mac}`], ', ')
    // The id is the store's to give.
    const id = sql`(select id from secrets where arn = ${secret.arn})`
    return change(`create ${secret.arn}`, [
      { statement: sql`insert into secrets (${columns}) values (${values})` },
      ...versions.map((version) => insertVersion(id, version)),
      ...indexWrites(secret, id),
    ])
  }

  update(secret: Secret, versions: VersionChanges = {}): Change {
    const row = secretToRow(secret)
    const revision = secret.revision + 1
    const mac = macOf(this.#mac, SECRETS, { ...row, revision })
    const assignments = join(
      WRITTEN_SECRET_COLUMNS.map((column) => sql`${raw(column)} = ${row[column]}`),
      ', ',
    )
    const writes: Write[] = [
      {
        statement: sql`update secrets set ${assignments}, revision = ${revision}, mac = ${mac}
          where id = ${secret.id} and revision = ${secret.revision}`,
        expect: 1,
      },
    ]
    if (versions.remove?.length)
      writes.push({
        statement: sql`delete from versions where secret_id = ${secret.id} and version_id in ${list(versions.remove)}`,
      })
    for (const version of versions.add ?? []) writes.push(insertVersion(sql`${secret.id}`, version))
    for (const version of versions.reseal ?? []) writes.push(replaceValue(secret.id, version))
    writes.push(...staleIndexWrites(secret), ...indexWrites(secret, sql`${secret.id}`))
    return change(`update ${secret.arn}`, writes)
  }

  remove(secret: Secret): Change {
    return change(`remove ${secret.arn}`, [
      { statement: sql`delete from secrets where id = ${secret.id} and revision = ${secret.revision}`, expect: 1 },
      { statement: sql`delete from versions where secret_id = ${secret.id}` },
      { statement: sql`delete from secret_words where secret_id = ${secret.id}` },
      { statement: sql`delete from secret_tags where secret_id = ${secret.id}` },
      SOMETHING_TO_ERASE,
    ])
  }

  touch(secret: Secret, versionId: string, day: number): Change {
    return change(`touch ${secret.arn}`, [
      {
        statement: sql`update secrets set accessed_at = ${day} where id = ${secret.id} and accessed_at < ${day}`,
        expendable: true,
      },
      {
        statement: sql`update versions set accessed_at = ${day}
          where secret_id = ${secret.id} and version_id = ${versionId} and accessed_at < ${day}`,
        expendable: true,
      },
    ])
  }

  erase(): Promise<void> {
    return this.#engine.erase()
  }

  #found(row: Row): Found | TamperedError {
    if (!macFits(this.#mac, SECRETS, row)) return new TamperedError(String(row.arn))
    return { secret: rowToSecret(row), current: row.version_id === null ? undefined : rowToVersion(row) }
  }
}

/** One statement for all ids of a request, by whichever unique index fits. */
export function findStatement(selectors: readonly Selector[]): Sql {
  const names = new Map<string, { scope: Scope; names: string[] }>()
  const arns: string[] = []
  for (const selector of selectors) {
    if ('arn' in selector) {
      arns.push(selector.arn)
      continue
    }
    const key = `${selector.scope.account} ${selector.scope.region}`
    const entry = names.get(key) ?? { scope: selector.scope, names: [] }
    entry.names.push(selector.name)
    names.set(key, entry)
  }
  const pieces = [...names.values()].map(
    ({ scope, names }) =>
      sql`select id from secrets where account = ${scope.account} and region = ${scope.region} and name in ${list(names)}`,
  )
  if (arns.length > 0) pieces.push(sql`select id from secrets where arn in ${list(arns)}`)
  return sql`select ${FOUND_COLUMNS} from secrets s ${WITH_CURRENT} where s.id in (${join(pieces, ' union all ')})`
}

/** One version with its value. */
export function versionStatement(secretId: number, versionId: string): Sql {
  return sql`select ${VERSION_INFO}, is_binary, data_key, ciphertext from versions
    where secret_id = ${secretId} and version_id = ${versionId}`
}

/** All versions without values, in no order. */
export function versionsStatement(secretId: number): Sql {
  return sql`select id, ${VERSION_INFO} from versions where secret_id = ${secretId}`
}

/** Secrets whose rotation is due, behind a row of an earlier answer. */
export function rotationsDueStatement(now: number, limit: number, after?: Row): Sql {
  const behind = after ? sql` and (rotate_at, id) > (${after.rotate_at ?? 0}, ${after.id ?? 0})` : raw('')
  return sql`select * from secrets where rotate_at is not null and rotate_at <= ${now}${behind}
    order by rotate_at, id limit ${limit}`
}

/** Secrets whose window has ended, behind a row of an earlier answer. */
export function expiredStatement(now: number, limit: number, after?: Row): Sql {
  const behind = after ? sql` and (purge_at, id) > (${after.purge_at ?? 0}, ${after.id ?? 0})` : raw('')
  return sql`select * from secrets where purge_at is not null and purge_at <= ${now}${behind}
    order by purge_at, id limit ${limit}`
}

const nameKey = (account: unknown, region: unknown, name: unknown) => `${account} ${region} ${name}`

function change(describes: string, writes: readonly Write[]): SqlChange {
  return { describes, writes }
}

function insertVersion(secretId: Sql, version: Version): Write {
  const { value } = version
  return {
    statement: sql`insert into versions (secret_id, version_id, created_at, kms_key_id, is_binary, data_key, ciphertext)
      values (${secretId}, ${version.versionId}, ${version.createdAt}, ${version.kmsKeyId ?? null},
        ${value.binary ? 1 : 0}, ${value.dataKey}, ${value.ciphertext})`,
  }
}

function replaceValue(secretId: number, version: Version): Write {
  const { value } = version
  return {
    statement: sql`update versions set kms_key_id = ${version.kmsKeyId ?? null}, data_key = ${value.dataKey},
      ciphertext = ${value.ciphertext} where secret_id = ${secretId} and version_id = ${version.versionId}`,
    expect: 1,
  }
}

/** What the search needs of a secret: its words and its tags. What stands there already is not written again. */
function indexWrites(secret: NewSecret, id: Sql): Write[] {
  const { account, region } = secret
  const words = indexedWords(secret)
  const rows = [
    ...words.description.map((word) => sql`(${account}, ${region}, 1, ${word}, ${id})`),
    ...words.others.map((word) => sql`(${account}, ${region}, 0, ${word}, ${id})`),
  ]
  const writes: Write[] = chunks(rows, ROWS_PER_INSERT).map((chunk) => ({
    statement: sql`insert into secret_words (account, region, in_description, word, secret_id) values ${join(chunk, ', ')}
      on conflict do nothing`,
  }))
  const tags = (secret.tags ?? []).map(({ Key, Value }) => sql`(${account}, ${region}, ${Key}, ${Value}, ${id})`)
  if (tags.length > 0)
    writes.push({
      statement: sql`insert into secret_tags (account, region, tag_key, tag_value, secret_id) values ${join(tags, ', ')}
        on conflict (account, region, tag_key, secret_id) do update set tag_value = excluded.tag_value
        where secret_tags.tag_value <> excluded.tag_value`,
    })
  return writes
}

/** Takes away what the search knows of a secret and is no longer so. Most updates change none of it, and then these write nothing. */
function staleIndexWrites(secret: Secret): Write[] {
  const words = indexedWords(secret)
  const tagKeys = (secret.tags ?? []).map(({ Key }) => Key)
  const stale = (inDescription: 0 | 1, kept: readonly string[]) =>
    sql`delete from secret_words where secret_id = ${secret.id} and in_description = ${inDescription} and word not in ${list(kept)}`
  return [
    { statement: stale(1, words.description) },
    { statement: stale(0, words.others) },
    { statement: sql`delete from secret_tags where secret_id = ${secret.id} and tag_key not in ${list(tagKeys)}` },
  ]
}

/** Words of the description, and words that stand only elsewhere. */
function indexedWords(secret: NewSecret): { description: readonly string[]; others: readonly string[] } {
  const { description, all } = searchWords(secret)
  const inDescription = new Set(description)
  return { description, others: all.filter((word) => !inDescription.has(word)) }
}
