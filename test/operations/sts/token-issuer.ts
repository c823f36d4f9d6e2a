import { exportJWK, generateKeyPair, type JWK, type JWTHeaderParameters, SignJWT } from 'jose'
import { DiscoveredKeys } from '../../../src/sts/issuer-keys.ts'
import type { TestApp } from '../../start-app.ts'

/** Claims that override the usual ones; undefined leaves one out. */
export type Claims = Readonly<Record<string, unknown>>

interface KeyPair {
  readonly privateKey: CryptoKey
  readonly jwk: JWK
}

export async function keyPair(alg: 'RS256' | 'ES256', kid: string): Promise<KeyPair> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return { privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' } }
}

const AUDIENCE = 'sts.amazonaws.com'

/** An issuer of tokens, as a Kubernetes cluster is one. It is the world: Coffer asks it for its keys. */
export class TokenIssuer {
  readonly name: string
  readonly url: string
  readonly key: KeyPair
  /** What it publishes. */
  published: unknown[]
  /** URLs that it was asked for. */
  readonly asked: string[] = []
  /** Set once the app is started. */
  now: () => number = Date.now
  readonly keys: DiscoveredKeys

  static async create(name: string): Promise<TokenIssuer> {
    return new TokenIssuer(name, await keyPair('RS256', 'key-1'))
  }

  constructor(name: string, key: KeyPair) {
    this.name = name
    this.url = `https://${name}`
    this.key = key
    this.published = [key.jwk]
    this.keys = new DiscoveredKeys({ now: () => this.now(), fetch: async (url) => this.#answer(url) })
  }

  #answer(url: string): Response {
    this.asked.push(url)
    if (url === `${this.url}/.well-known/openid-configuration`)
      return Response.json({ issuer: this.url, jwks_uri: `${this.url}/keys` })
    return url === `${this.url}/keys` ? Response.json({ keys: this.published }) : new Response(null, { status: 404 })
  }

  /** Claims of a token for a service account, good for ten minutes. */
  claims(change: Claims = {}): Record<string, unknown> {
    const now = Math.floor(this.now() / 1000)
    const usual = { iss: this.url, aud: AUDIENCE, sub: 'system:serviceaccount:shop:web', iat: now, exp: now + 600 }
    const claims = { ...usual, ...change }
    return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined))
  }

  token(
    change: Claims = {},
    { header = {}, key = this.key }: { header?: Partial<JWTHeaderParameters>; key?: KeyPair } = {},
  ) {
    const { kid, alg = 'RS256' } = key.jwk
    return new SignJWT(this.claims(change))
      .setProtectedHeader({ alg, ...(kid !== undefined && { kid }), ...header })
      .sign(key.privateKey)
  }

  /** Makes it a provider of the account. Returns the provider's ARN. */
  async register(app: TestApp, ClientIDList = [AUDIENCE]): Promise<string> {
    const { OpenIDConnectProviderArn = '' } = await app.iam.createOpenIDConnectProvider({ Url: this.url, ClientIDList })
    return OpenIDConnectProviderArn
  }
}
