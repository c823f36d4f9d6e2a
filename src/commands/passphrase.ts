import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { newPassphrase, passphraseFault } from '../seal/new-passphrase.ts'
import { CommandError } from './command-error.ts'

/** The passphrase of an export, typed on the terminal unseen; throws CommandError where there is no terminal. */
export function askPassphrase(): Promise<string> {
  return onTerminal((ask) => ask('Passphrase of the export: '))
}

/** A new passphrase, typed twice; one of six words is made and shown to a person who types none. Throws CommandError. */
export function askNewPassphrase(): Promise<string> {
  return onTerminal(async (ask) => {
    const typed = await ask('Passphrase for the export, empty for a new one of six words: ')
    const passphrase = typed === '' ? showNewPassphrase() : typed
    const fault = passphraseFault(passphrase)
    if (fault) throw new CommandError(`Cannot export the root key: ${fault}`)
    if ((await ask('The same once more: ')) !== passphrase)
      throw new CommandError('The two passphrases differ: nothing was exported')
    return passphrase
  })
}

/** Shows it on the terminal alone: a file or a log would keep it. */
function showNewPassphrase(): string {
  if (!process.stderr.isTTY)
    throw new CommandError('Cannot show a new passphrase: standard error is not a terminal. Type one of your own.')
  const passphrase = newPassphrase()
  process.stderr.write(`\n  ${passphrase}\n\nWrite it down, and keep it apart from the export.\n`)
  return passphrase
}

type Ask = (prompt: string) => Promise<string>

/** Asks a person on the terminal for lines, and shows nothing of what is typed. */
async function onTerminal(work: (ask: Ask) => Promise<string>): Promise<string> {
  if (!process.stdin.isTTY)
    throw new CommandError('Cannot ask for a passphrase without a terminal: set COFFER_ROOT_KEY_PASSPHRASE')
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true, historySize: 0 })
  const stop = () => lines.close()
  lines.once('SIGINT', stop)
  // The launcher in front of this process has ended, and with it the terminal's reader.
  process.once('disconnect', stop)
  const typed = lines[Symbol.asyncIterator]()
  try {
    return await work(async (prompt) => {
      process.stderr.write(prompt)
      const { value, done } = await typed.next()
      process.stderr.write('\n')
      if (done) throw new CommandError('Stopped: no passphrase was given')
      return value
    })
  } finally {
    lines.close()
    process.off('disconnect', stop)
  }
}
