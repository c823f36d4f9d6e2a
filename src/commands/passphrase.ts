import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { CommandError } from './command-error.ts'

/** The passphrase of an export, typed on the terminal unseen; throws CommandError where there is no terminal. */
export async function askPassphrase(): Promise<string> {
  const [passphrase = ''] = await ask(['Passphrase of the export: '])
  return passphrase
}

/** A new passphrase, typed twice. */
export async function askNewPassphrase(): Promise<string> {
  const [first = '', second] = await ask(['Passphrase for the export: ', 'The same once more: '])
  if (first !== second) throw new CommandError('The two passphrases differ: nothing was exported')
  return first
}

async function ask(prompts: readonly string[]): Promise<string[]> {
  if (!process.stdin.isTTY)
    throw new CommandError('Cannot ask for a passphrase without a terminal: set COFFER_ROOT_KEY_PASSPHRASE')
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: silent, terminal: true, historySize: 0 })
  const stop = () => lines.close()
  lines.once('SIGINT', stop)
  // The launcher in front of this process has died, and with it whoever could type.
  process.once('disconnect', stop)
  try {
    const typed = lines[Symbol.asyncIterator]()
    const answers: string[] = []
    for (const prompt of prompts) {
      process.stderr.write(prompt)
      const { value, done } = await typed.next()
      process.stderr.write('\n')
      if (done) throw new CommandError('Stopped: no passphrase was given')
      answers.push(value)
    }
    return answers
  } finally {
    lines.close()
    process.off('disconnect', stop)
  }
}
