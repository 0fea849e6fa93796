import { isIP } from 'node:net'
import { Secret, type AuthorityMaterial } from '@cacheplane/domain'
import { exportKey, generateKeys, importKey, KEY_ALGORITHM, serialNumber, x509 } from './x509.ts'

/** The name in the control plane's own certificate; the ids of nodes and edges look different. */
export const CONTROL_NAME = 'cacheplane-control'

export interface Leaf {
  certificatePem: string
  keyPem: Secret
}

export interface CertificateWish {
  commonName: string
  /** Names and addresses that a client may look for. */
  names: readonly string[]
  usages: readonly ('serverAuth' | 'clientAuth')[]
  /** As long as the authority's own when left out, and never longer. */
  lifetimeMs?: number
}

const BACKDATED_MS = 86_400_000

/** A certificate with a key of its own, signed by the authority. */
export async function issueCertificate(authority: AuthorityMaterial, wish: CertificateWish): Promise<Leaf> {
  const issuer = new x509.X509Certificate(authority.certificatePem)
  const [signingKey, keys] = await Promise.all([importKey(authority.keyPem.reveal()), generateKeys()])
  const names = [...new Set(wish.names)].map((value) => ({
    type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const),
    value,
  }))
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: `CN=${wish.commonName}`,
    issuer: issuer.subject,
    notBefore: new Date(Date.now() - BACKDATED_MS),
    notAfter: endOf(issuer.notAfter, wish.lifetimeMs ?? Infinity),
    signingAlgorithm: KEY_ALGORITHM,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension(wish.usages.map((usage) => x509.ExtendedKeyUsage[usage])),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificatePem: certificate.toString('pem'), keyPem: new Secret(await exportKey(keys.privateKey)) }
}

function endOf(authorityEnds: Date, lifetimeMs: number): Date {
  return new Date(Math.min(authorityEnds.getTime(), Date.now() + lifetimeMs))
}

/** What the control plane shows to edges. */
export function issueControlLeaf(authority: AuthorityMaterial): Promise<Leaf> {
  return issueCertificate(authority, { commonName: CONTROL_NAME, names: [], usages: ['clientAuth'] })
}
