import { engineSuite } from './engine-suite.ts'
import { openSqlite } from './open-sqlite.ts'

engineSuite('SQLite', openSqlite)
