import { readFile } from 'node:fs/promises'
import type { SigningCredentials } from '../aws/sigv4/sign.ts'
import { DEFAULT_PROFILE, signingFault } from '../connection-config.ts'
import { CommandError, reasonOf } from './command-error.ts'

/** The access key of a profile in a file of AWS's shared-credentials format. Throws CommandError, which shows nothing of what is in the file. */
export async function readProfile(path: string, profile: string): Promise<SigningCredentials> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    const how = 'Give --credentials-file, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.'
    throw new CommandError(`Cannot read the credentials: ${path}: ${reasonOf(error)}. ${how}`)
  }
  const credentials = parseProfile(text, profile)
  const chosen = profile === DEFAULT_PROFILE ? '' : ', which AWS_PROFILE names'
  if (!credentials)
    throw new CommandError(`Cannot read the credentials: ${path}: no access key of the profile ${profile}${chosen}`)
  const fault = signingFault(credentials)
  if (fault) throw new CommandError(`Cannot use the credentials: ${path}: ${fault}`)
  return credentials
}

/** The access key of a profile; undefined when there is none, or only half of it. Later lines win, as in AWS's tools. */
export function parseProfile(text: string, profile: string): SigningCredentials | undefined {
  const values = new Map<string, string>()
  let current: string | undefined
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*[#;]/.test(line)) continue
    const [, heading] = /^\s*\[\s*([^\]]*?)\s*\]/.exec(line) ?? []
    if (heading !== undefined) current = heading
    const [, name, value] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (current === profile && name !== undefined && value) values.set(name, value)
  }
  const accessKeyId = values.get('aws_access_key_id')
  const secretAccessKey = values.get('aws_secret_access_key')
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined
  return { accessKeyId, secretAccessKey, sessionToken: values.get('aws_session_token') }
}
