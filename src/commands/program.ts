import { Command, Help, Option } from 'commander'
import { DEFAULT_HOST, DEFAULT_PORT, type GivenOptions } from '../config.ts'
import { DEFAULT_ENDPOINT, DEFAULT_REGION } from '../connection-config.ts'
import { DEFAULT_RATE_FACTOR } from '../throttle-config.ts'
import { DEFAULT_RESERVE_MEGABYTES, DEFAULT_RETENTION_DAYS } from '../trail-config.ts'
import { addCheck } from './check-program.ts'
import { createAccount } from './create-account.ts'
import { dev } from './dev.ts'
import { exportRootKey } from './export-root-key.ts'
import { importRootKey } from './import-root-key.ts'
import { keyringStatus, rotateKeyring } from './keyring.ts'
import { dataDir, type ProgramParts, repeatable, rootKeyOptions } from './program-options.ts'
import { readers } from './readers.ts'
import { resetKey } from './reset-key.ts'
import { rotateRootKey } from './rotate-root-key.ts'
import { serve } from './serve.ts'
import { addTrail } from './trail-program.ts'
import { why } from './why.ts'

const NAME_POLICIES = 'name the denying policy in refusals, as AWS does in places'

const EXIT_CODES_HELP = `
Exit codes:
  0  done
  1  failed
  2  wrong command, option or setting
  3  the server refused the call
  4  no Coffer answers there`

/** In a terminal narrower than this, what an option does stands below it. */
const NARROW = 60

/** The `coffer` command: what may be typed, and what it is for. Rejects with CommanderError once the person has been told. */
export function createProgram(parts: ProgramParts): Command {
  const program = new Command('coffer')
    .description('A self-hosted secrets manager that speaks the AWS Secrets Manager API.')
    .version(parts.version)
    .exitOverride()
    // What follows a command is its own, also where the command above it has an option of the same name.
    .enablePositionalOptions()
    .configureHelp({ minWidthToWrap: 1, formatItem })
    .configureOutput({ outputError: (text, write) => write(oneLine(text)) })
    .addHelpText('after', EXIT_CODES_HELP)
  addServe(program, parts)
  addDev(program, parts)
  addTrail(program, parts)
  addCheck(program, parts)
  addWhy(program, parts)
  addReaders(program, parts)
  addAdmin(program, parts)
  addRootKey(program, parts)
  addKeyring(program, parts)
  return program
}

function addServe(program: Command, parts: ProgramParts): void {
  delivering(rotating(rootKeyOptions(listening(program.command('serve')))))
    .summary('serve a durable installation')
    .description(
      'Serves a durable installation. Every request must carry a valid signature. The first start makes the account, its administrator and the root key, and says where they are.',
    )
    .option('--plaintext-behind-proxy', 'listen beyond this machine without TLS: a proxy in front speaks it')
    .addOption(
      repeatable(
        '--trusted-proxy <ranges>',
        'address or range of proxies whose forwarded headers are believed; repeatable',
      ),
    )
    .addOption(dataDir(parts))
    .addOption(credentialsFile())
    .addOption(account('account of a new installation, 12 digits (default: random)'))
    .option('--new', 'make a new installation beside files of an earlier one; for one start')
    .addOption(oidcKeys())
    .addOption(organizationId())
    .addOption(serviceControlPolicy())
    .option('--name-policies', NAME_POLICIES)
    .addOption(throttle(`${DEFAULT_RATE_FACTOR}`))
    .option(
      '--trail-retention <days>',
      `days after which records are removed, or forever (default: ${DEFAULT_RETENTION_DAYS})`,
    )
    .option(
      '--trail-reserve <megabytes>',
      `disk that is kept for records alone, 0 for none (default: ${DEFAULT_RESERVE_MEGABYTES})`,
    )
    .option('--confirm-clock <date>', "today's date (UTC): confirm that the clock is right after a jump")
    .addHelpText(
      'after',
      `
Options from the environment:
COFFER_HOST, COFFER_DATA_DIR and so on.
COFFER_ROOT_KEY holds the key itself.
COFFER_ADMIN_ACCESS_KEY_ID and
COFFER_ADMIN_SECRET_ACCESS_KEY are given
to the first administrator.`,
    )
    .action((given: GivenOptions) => {
      const settings = parts.settings(given)
      return serve(settings.serve(), settings.warnings())
    })
}

function addDev(program: Command, parts: ProgramParts): void {
  rotating(listening(program.command('dev')))
    .summary('serve data that is thrown away')
    .description(
      'Serves data that is thrown away at the end, for development and tests. Takes any credentials; an access key id of 12 digits is the account.',
    )
    .option('--verify', 'verify signatures, with credentials for this run')
    .addOption(
      repeatable('--allowed-host <name>', 'name that clients call it by, such as host.docker.internal; repeatable'),
    )
    .option('--enforce', 'enforce policies too, with --verify')
    .addOption(oidcKeys())
    .addOption(organizationId())
    .addOption(serviceControlPolicy())
    .option('--name-policies', NAME_POLICIES)
    .addOption(throttle('off'))
    .addOption(
      account(
        'account of callers whose access key id is no account (default: 000000000000); with --verify, of the administrator (default: random)',
      ),
    )
    .action((given: GivenOptions) => {
      const settings = parts.settings(given)
      return dev(settings.dev(), settings.devWarnings())
    })
}

interface GivenWhy extends GivenOptions {
  readonly principal: string
  readonly action: string
  readonly resource: string
  readonly context?: readonly string[]
  readonly json?: boolean
}

function addWhy(program: Command, parts: ProgramParts): void {
  const command = program
    .command('why')
    .summary('say why somebody may do something, or may not')
    .description(
      'Asks a running Coffer whether somebody may do something: which statements of which policies decide, and what was missing. Needs permission to read all policies (iam:GetAccountAuthorizationDetails).',
    )
    .requiredOption(
      '--principal <arn>',
      'who: a user, a role, a role session or root; also user/app or role/app of the own account',
    )
    .requiredOption('--action <action>', 'what: such as secretsmanager:GetSecretValue')
    .requiredOption('--resource <arn>', 'on what: an ARN, the name of a secret, or *')
    .addOption(
      repeatable('--context <key=value>', 'condition key to suppose, such as aws:SourceIp=192.0.2.1; repeatable'),
    )
  asking(command, parts).action(({ principal, action, resource, context = [], json = false, ...given }: GivenWhy) =>
    why({ principal, action, resource, context, json, connection: parts.settings(given).connection(resource) }),
  )
}

function addReaders(program: Command, parts: ProgramParts): void {
  const command = program
    .command('readers')
    .summary('say who may read a secret')
    .description(
      'Asks a running Coffer which users and roles of the account may read a secret, and by which statements. Needs permission to read all policies (iam:GetAccountAuthorizationDetails).',
    )
    .requiredOption('--secret <id>', 'name or ARN of the secret')
  asking(command, parts).action(
    ({ secret, json = false, ...given }: GivenOptions & { secret: string; json?: boolean }) =>
      readers({ secret, json, connection: parts.settings(given).connection(secret) }),
  )
}

function addAdmin(program: Command, parts: ProgramParts): void {
  const admin = program
    .command('admin')
    .summary('repair an installation, or add an account')
    .description('Repairs an installation, or adds an account to it, while no server runs on it.')
  rootKeyOptions(admin.command('reset-key'))
    .summary('give the administrator a new access key')
    .description(
      'Gives the administrator a new access key, takes the old ones away and leaves a record. Needs the root key; no server may run.',
    )
    .addOption(dataDir(parts))
    .addOption(credentialsFile())
    .addOption(account('account of the administrator (default: the oldest)'))
    .action((given: GivenOptions) => resetKey(parts.settings(given).place()))
  rootKeyOptions(admin.command('create-account'))
    .summary('make one more account')
    .description(
      'Makes one more account with its administrator and leaves a record. Needs the root key; no server may run.',
    )
    .addOption(dataDir(parts))
    .option('--credentials-file <file>', 'where the access key is written (default: <data-dir>.<account>.credentials)')
    .addOption(account('account to make, 12 digits (default: random)'))
    .action((given: GivenOptions) => createAccount(parts.settings(given).newAccount()))
}

function addRootKey(program: Command, parts: ProgramParts): void {
  const rootKey = program
    .command('root-key')
    .summary('back up the root key, bring it back, or rotate it')
    .description(
      'Backs up the root key, brings it back, or rotates it. The passphrase, of at least 12 characters, is COFFER_ROOT_KEY_PASSPHRASE, or is asked for.',
    )
  rootKeyOptions(rootKey.command('export'))
    .summary('write the root key as text that a passphrase opens')
    .description('Writes the root key as text that only a passphrase opens. Keep it elsewhere, and the passphrase too.')
    .addOption(dataDir(parts))
    .option('--output <file>', 'new file to write to (default: standard output)')
    .action(({ output, ...given }: GivenOptions & { output?: string }) => {
      const settings = parts.settings(given)
      const folder = settings.dataDir()
      const passphrase = settings.passphrase()
      return exportRootKey({ dataDir: folder, rootKey: settings.rootKey(folder), passphrase, output })
    })
  addRotateRootKey(rootKey, parts)
  rootKey
    .command('import')
    .summary('make a root key file of an export')
    .description('Makes a root key file of an export. A file that is there already is never overwritten.')
    .argument('<export>', 'file with the export, - for standard input')
    .requiredOption('--root-key-file <file>', 'root key file to make')
    .action((source: string, { rootKeyFile: path }: { rootKeyFile: string }) =>
      importRootKey({ source, rootKeyFile: path, passphrase: parts.settings({}).passphrase() }),
    )
}

function addRotateRootKey(rootKey: Command, parts: ProgramParts): void {
  rootKeyOptions(rootKey.command('rotate'))
    .summary('put everything under another root key')
    .description(
      'Puts everything under another root key, which is made where it is a file that is not there, and leaves a record. Without --new-… a root key file is replaced where it lies. Needs the present root key; no server may run.',
    )
    .addOption(dataDir(parts))
    .addOption(new Option('--new-root-key-file <file>', 'file with the new root key'))
    .addOption(new Option('--new-root-key-systemd-credential <name>', 'systemd credential with the new root key'))
    .addOption(new Option('--new-root-key-kms-key <arn>', 'KMS key that is the new root key'))
    .addOption(new Option('--new-root-key-kms-endpoint <url>', 'where the KMS of the new root key is'))
    .action((given: GivenOptions) => rotateRootKey(parts.settings(given).rootKeyRotation()))
}

function addKeyring(program: Command, parts: ProgramParts): void {
  const keyring = program
    .command('keyring')
    .summary('rotate the keys of a running Coffer, or look at them')
    .description(
      'Rotates the keys under which a running Coffer seals everything, or looks at them. Needs permission in the oldest account (coffer:RotateKeyring, coffer:DescribeKeyring).',
    )
  asking(keyring.command('rotate'), parts)
    .summary('give each purpose a new key, and reseal everything')
    .description(
      'Gives each purpose a new key, reseals everything stored under it, and removes the old keys once nothing uses them any more. The server does it while it serves, and goes on after a restart; this only looks on.',
    )
    .action(({ json = false, ...given }: GivenOptions & { json?: boolean }) =>
      rotateKeyring({ json, connection: parts.settings(given).connection('') }),
    )
  asking(keyring.command('status'), parts)
    .summary('say which keys there are, and how far rotations are')
    .description('Says which keys there are, and how far rotations are.')
    .action(({ json = false, ...given }: GivenOptions & { json?: boolean }) =>
      keyringStatus({ json, connection: parts.settings(given).connection('') }),
    )
}

/** Options of everything that listens. */
function listening(command: Command): Command {
  return command
    .option('--host <address>', `address to listen on (default: ${DEFAULT_HOST})`)
    .option('--port <number>', `port to listen on, 0 for any (default: ${DEFAULT_PORT})`)
    .option('--tls-cert <file>', 'TLS certificate with its chain, as PEM')
    .option('--tls-key <file>', 'private key of the certificate, as PEM')
}

/** Options of everything that rotates secrets. */
function rotating(command: Command): Command {
  return command
    .addOption(
      repeatable(
        '--rotation-function <arn=what>',
        'what a Lambda ARN means: command:…, module:…, webhook:…, http://… or https://…; repeatable',
      ),
    )
    .addOption(repeatable('--rotation-host <host[:port]>', 'database that built-in rotators may reach; repeatable'))
    .addOption(repeatable('--rotation-role <arn>', 'role of all that rotates here, one an account; repeatable'))
    .addOption(repeatable('--rotation-environment <names>', 'variables that they get too; repeatable'))
    .option('--rotation-endpoint <url>', 'where they reach Coffer (default: where it listens)')
}

/** Options of where the trail goes beside its own file. */
function delivering(command: Command): Command {
  return command
    .option('--trail-file <file>', 'file that gets every record as a JSON line')
    .option('--trail-file-keep <number>', 'files moved aside that are kept (default: all)')
    .option('--trail-stdout', 'print every record as a JSON line on standard output')
    .option('--trail-webhook <url>', 'where every record is posted, signed with COFFER_TRAIL_WEBHOOK_KEY')
    .option('--alert-rules <file>', 'rules on records that raise alerts')
    .option('--alert-webhook <url>', 'where alerts are posted, signed with COFFER_ALERT_WEBHOOK_KEY')
}

/** Options of everything that asks a running Coffer. */
function asking(command: Command, parts: ProgramParts): Command {
  return command
    .option('--endpoint-url <url>', `where Coffer listens (default: ${DEFAULT_ENDPOINT})`)
    .option('--region <region>', `Region to ask in (default: the one of the ARN, else ${DEFAULT_REGION})`)
    .option('--credentials-file <file>', 'file with your access key (default: <data-dir>.credentials)')
    .addOption(dataDir(parts))
    .option('--json', 'print the answers as JSON lines')
    .addHelpText(
      'after',
      `
Options from the environment:
COFFER_ENDPOINT_URL, AWS_ENDPOINT_URL,
AWS_REGION, AWS_ACCESS_KEY_ID and
AWS_SECRET_ACCESS_KEY, or
AWS_SHARED_CREDENTIALS_FILE.`,
    )
}

const oidcKeys = () =>
  repeatable('--oidc-keys <issuer=file>', 'file with the keys of a token issuer, otherwise asked for; repeatable')
const organizationId = () => new Option('--organization-id <id>', 'value of the condition key aws:PrincipalOrgID')
const serviceControlPolicy = () =>
  repeatable('--service-control-policy <file>', 'policy that bounds every account; repeatable')
const throttle = (otherwise: string) =>
  new Option(
    '--throttle <times>',
    `requests of each caller, in multiples of AWS's rates, or off (default: ${otherwise})`,
  )
const credentialsFile = () =>
  new Option('--credentials-file <file>', 'where a new access key is written (default: <data-dir>.credentials)')
const account = (text: string) => new Option('--account <digits>', text)

/** Commander's message with its suggestion, as one line like all of ours. */
function oneLine(text: string): string {
  return text.replace(/^error: /, 'coffer: ').replace(/\n(?=\()/, ' ')
}

/** One line of help, or a few in a narrow terminal. */
function formatItem(term: string, termWidth: number, text: string, help: Help): string {
  const width = help.helpWidth ?? NARROW
  if (width >= NARROW || text === '') return Help.prototype.formatItem.call(help, term, termWidth, text, help)
  return `  ${term}\n${help.boxWrap(text, width - 6).replace(/^/gm, '      ')}`
}
