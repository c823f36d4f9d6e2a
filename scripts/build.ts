import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'

// Builds dist/ from src/: what the package holds. Nothing of an earlier build stays.
const root = join(import.meta.dirname, '..')
rmSync(join(root, 'dist'), { recursive: true, force: true })
const compiler = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'tsc.cmd' : 'tsc')
const { status, error } = spawnSync(compiler, ['-p', 'tsconfig.build.json'], {
  cwd: root,
  stdio: 'inherit',
  shell: process.platform === 'win32',
})
if (error) console.error(`Cannot build: ${compiler}: ${error.message}. Run: npm ci`)
process.exitCode = status ?? 1
