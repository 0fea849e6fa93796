import { isIP } from 'node:net'
import { Secret, type AuthorityMaterial, type NodeRef, type NodeSpec } from '@cacheplane/domain'
import { exportKey, generateKeys, importKey, KEY_ALGORITHM, serialNumber, x509 } from './x509.ts'

export interface Leaf {
  certificatePem: string
  keyPem: Secret
}

const BACKDATED_MS = 86_400_000

/**
 * The name in a node's certificate by which the control plane knows it. It names the incarnation and no address, so
 * another node at the same address, or an earlier container of this one, does not pass for it.
 */
export function tlsIdentity({ nodeId, incarnation }: Pick<NodeRef, 'nodeId' | 'incarnation'>): string {
  return `g${incarnation}.${nodeId}.cacheplane.internal`
}

/** A certificate for one incarnation of a node; it lives as long as the authority. */
export async function issueLeaf(authority: AuthorityMaterial, spec: NodeSpec): Promise<Leaf> {
  const issuer = new x509.X509Certificate(authority.certificatePem)
  const [signingKey, keys] = await Promise.all([importKey(authority.keyPem.reveal()), generateKeys()])
  const names = [...new Set([tlsIdentity(spec), ...spec.tlsNames, spec.ip])]
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: `CN=${spec.nodeId}`,
    issuer: issuer.subject,
    notBefore: new Date(Date.now() - BACKDATED_MS),
    notAfter: issuer.notAfter,
    signingAlgorithm: KEY_ALGORITHM,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([
        x509.ExtendedKeyUsage.serverAuth,
        // A replica shows the same certificate to its primary.
        x509.ExtendedKeyUsage.clientAuth,
      ]),
      new x509.SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isIP(value) === 0 ? ('dns' as const) : ('ip' as const), value })),
      ),
      await x509.AuthorityKeyIdentifierExtension.create(issuer.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  })
  return { certificatePem: certificate.toString('pem'), keyPem: new Secret(await exportKey(keys.privateKey)) }
}
