import { cloudTrailService } from './cloudtrail-service.ts'
import { explanationService } from './explanation-service.ts'
import { iamService } from './iam-service.ts'
import { keyringService } from './keyring-service.ts'
import { kmsService } from './kms-service.ts'
import { secretsManagerService } from './secrets-manager-service.ts'
import type { Service } from './service.ts'
import type { ServiceParts } from './service-parts.ts'
import { stsService } from './sts-service.ts'

/** Every service that is reached from outside. */
export function createServices(parts: ServiceParts): readonly Service[] {
  const kms = kmsService(parts)
  const secretsManager = secretsManagerService(parts, kms)
  const keyring = keyringService(parts)
  const others = [iamService(parts), stsService(parts), cloudTrailService(parts)]
  const explanations = explanationService(parts, { secretsManager, kms, others: [...others, keyring] })
  return [secretsManager, kms, ...others, explanations, keyring]
}
