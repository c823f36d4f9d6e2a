import { blob, required, string, structure, timestamp } from '../aws/shape.ts'
import * as shapes from './shapes.ts'

// What identities of AWS may have and identities here never do, as IAM's service model has it: answers have places for it.

const publicKeyId = string({ length: [20, 128], pattern: '[\\w]+' })
const serialNumber = string({ length: [9, 256], pattern: '[\\w+=/:,.@-]+' })

export const mfaDevice = structure(
  {
    UserName: required(shapes.userName),
    SerialNumber: required(serialNumber),
    EnableDate: required(timestamp()),
  },
  'MFADevice',
)

export const virtualMfaDevice = structure(
  {
    SerialNumber: required(serialNumber),
    Base32StringSeed: blob({ sensitive: true }),
    QRCodePNG: blob({ sensitive: true }),
    User: shapes.user,
    EnableDate: timestamp(),
    Tags: shapes.tags,
  },
  'VirtualMFADevice',
)

export const signingCertificate = structure(
  {
    UserName: required(shapes.userName),
    CertificateId: required(string({ length: [24, 128], pattern: '[\\w]+' })),
    CertificateBody: required(string({ length: [1, 16_384], pattern: '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+' })),
    Status: required(shapes.status),
    UploadDate: timestamp(),
  },
  'SigningCertificate',
)

export const serviceSpecificCredential = structure(
  {
    UserName: required(shapes.userName),
    Status: required(shapes.status),
    ServiceUserName: string({ length: [0, 200], pattern: '[\\w+=,.@-]*' }),
    ServiceCredentialAlias: string({ length: [0, 200], pattern: '[\\w+=,.@-]+' }),
    CreateDate: required(timestamp()),
    ExpirationDate: timestamp(),
    ServiceSpecificCredentialId: required(publicKeyId),
    ServiceName: required(string()),
  },
  'ServiceSpecificCredentialMetadata',
)

export const sshPublicKey = structure(
  {
    UserName: required(shapes.userName),
    SSHPublicKeyId: required(publicKeyId),
    Status: required(shapes.status),
    UploadDate: required(timestamp()),
  },
  'SSHPublicKeyMetadata',
)
