import { LAMBDA, startRotatingApp } from '../rotation/rotating-function.ts'

// A process that is killed while it rotates a secret: between two steps, as far as anybody can tell.

const [, , dataDir = '', path = '', step = ''] = process.argv
const app = await startRotatingApp({ dataDir, rootKey: { kind: 'file', path, chosen: true } })
const { VersionId: first } = await app.client.createSecret({ Name: 's', SecretString: 'first' })
app.functions.instead[step as 'setSecret'] = async ({ ClientRequestToken }) => {
  process.stdout.write(`${JSON.stringify({ first, pending: ClientRequestToken })}\n`)
  await new Promise(() => setInterval(() => {}, 1000))
}
await app.client.rotateSecret({ SecretId: 's', RotationLambdaARN: LAMBDA })
await app.running.rotate()
