import type { DatabaseEngine } from './database-engine.ts'

export type EngineName = 'postgres' | 'mysql' | 'mariadb'

/** Drivers are loaded once a rotation needs them. */
export const ENGINES: Readonly<Record<EngineName, () => Promise<DatabaseEngine>>> = {
  postgres: async () => (await import('./postgres.ts')).postgres,
  mysql: async () => (await import('./mysql.ts')).mysql,
  mariadb: async () => (await import('./mysql.ts')).mariadb,
}
