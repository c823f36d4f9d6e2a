import type { Group, InstanceProfile, ManagedPolicy, OidcProvider, Role, User } from '../../src/identity/entities.ts'
import type { AccessKey } from '../../src/identity/identity-store.ts'
import { NOW, SCOPE } from './engine-under-test.ts'

// Identities as they are before they are stored, each with its own unique id.

let made = 0

function entity(prefix: string, name: string) {
  const id = `${prefix}${String(++made).padStart(16, '0')}`
  return { account: SCOPE.account, id, name, path: '/', createdAt: NOW, revision: 1 }
}

export function newUser(name: string, attributes: Partial<User> = {}): User {
  const grants = { inline: [], attached: [], tags: [], groups: [] }
  return { kind: 'user', ...entity('AIDA', name), ...grants, ...attributes }
}

export function newGroup(name: string, attributes: Partial<Group> = {}): Group {
  return { kind: 'group', ...entity('AGPA', name), inline: [], attached: [], ...attributes }
}

export function newRole(name: string, attributes: Partial<Role> = {}): Role {
  const trust = { document: '{}', bindings: {} }
  const grants = { inline: [], attached: [], tags: [] }
  return { kind: 'role', ...entity('AROA', name), ...grants, trust, maxSession: 3600, ...attributes }
}

export function newPolicy(name: string, attributes: Partial<ManagedPolicy> = {}): ManagedPolicy {
  return {
    kind: 'policy',
    ...entity('ANPA', name),
    tags: [],
    versions: [{ id: 'v1', document: '{}', createdAt: NOW }],
    defaultVersion: 'v1',
    versionsMade: 1,
    updatedAt: NOW,
    ...attributes,
  }
}

export function newProvider(name: string, attributes: Partial<OidcProvider> = {}): OidcProvider {
  const lists = { tags: [], clientIds: ['app'], thumbprints: [] }
  return { kind: 'oidc-provider', ...entity('OIDC', name), ...lists, ...attributes }
}

export function newInstanceProfile(name: string, attributes: Partial<InstanceProfile> = {}): InstanceProfile {
  return { kind: 'instance-profile', ...entity('AIPA', name), tags: [], ...attributes }
}

export function newAccessKey(accessKeyId: string, user: User, attributes: Partial<AccessKey> = {}): AccessKey {
  const { account, name: userName } = user
  const sealedSecret = new Uint8Array([1, 2, 3])
  return { accessKeyId, account, userName, sealedSecret, active: true, createdAt: NOW, ...attributes }
}
