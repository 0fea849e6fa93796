import { Secret, type AuthorityMaterial } from '@cacheplane/domain'
import { exportKey, generateKeys, KEY_ALGORITHM, serialNumber, x509 } from './x509.ts'

const YEARS = 10
/** Tolerates machines whose clocks are a little behind. */
const BACKDATED_MS = 86_400_000

/** A new private certificate authority: P-256, valid for ten years, good for signing leaves and nothing else. */
export async function createAuthority(): Promise<AuthorityMaterial> {
  const keys = await generateKeys()
  const now = new Date()
  const notAfter = new Date(now)
  notAfter.setUTCFullYear(now.getUTCFullYear() + YEARS)
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: 'CN=Cacheplane private CA',
    notBefore: new Date(now.getTime() - BACKDATED_MS),
    notAfter,
    signingAlgorithm: KEY_ALGORITHM,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return {
    certificatePem: certificate.toString('pem'),
    keyPem: new Secret(await exportKey(keys.privateKey)),
  }
}
