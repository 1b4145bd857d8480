import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject, webcrypto } from 'node:crypto';
import { RollkeeperError } from '../directory/error.ts';

/** A certificate with its private key, ready to sign assertions. */
export interface SigningCertificate {
  /** RSA-PSS with SHA-256, as PS256 wants it. */
  readonly key: webcrypto.CryptoKey;
  /** SHA-256 of the certificate, base64url: the header `x5t#S256`. */
  readonly thumbprint: string;
}

/**
 * Reads a PEM text that holds a certificate and its private key (PKCS#8 or PKCS#1), in any order and with a chain or
 * without. Throws `settings.invalid`; `file` is for its message.
 */
export function readCertificate(pem: string, file: string, now: number): SigningCertificate {
  const key = privateKey(pem, file);
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/gu) ?? [];
  if (blocks.length === 0) {
    throw fault(file, 'holds no certificate', 'Put the certificate beside the key, both as PEM.');
  }
  const own = blocks
    .map((block) => certificate(block, file))
    .find((one) => one.checkPrivateKey(key));
  if (own === undefined) {
    throw fault(
      file,
      'holds a certificate and a private key that do not belong together',
      bothOfOne,
    );
  }
  if (now > Date.parse(own.validTo)) {
    const remedy =
      'Make a new certificate, upload it to the app registration, and put it in the file.';
    throw fault(file, `holds a certificate that expired on ${own.validTo}`, remedy);
  }
  if (now < Date.parse(own.validFrom)) {
    const remedy = "Check this machine's clock.";
    throw fault(file, `holds a certificate that is not valid before ${own.validFrom}`, remedy);
  }
  return {
    key: key.toCryptoKey({ name: 'RSA-PSS', hash: 'SHA-256' }, false, ['sign']),
    thumbprint: Buffer.from(own.fingerprint256.replaceAll(':', ''), 'hex').toString('base64url'),
  };
}

const bothOfOne = 'Put the certificate and the private key that it was made with in the file.';

function privateKey(pem: string, file: string): KeyObject {
  const block =
    /-----BEGIN ((?:RSA |EC |ENCRYPTED )?PRIVATE KEY)-----[\s\S]+?-----END \1-----/u.exec(pem);
  if (block === null) {
    const remedy =
      'Put the private key beside the certificate, both as PEM; from a PFX file: openssl pkcs12 -nodes.';
    throw fault(file, 'holds no private key', remedy);
  }
  if (/ENCRYPTED/u.test(block[0])) {
    const remedy = 'Store the key without a passphrase, readable by this user alone.';
    throw fault(file, 'holds a private key that needs a passphrase', remedy);
  }
  const key = attempt(() => createPrivateKey(block[0]));
  if (key === null) throw fault(file, 'holds a private key that cannot be read', bothOfOne);
  if (key.asymmetricKeyType === 'rsa') return key;
  throw fault(
    file,
    'holds a private key that is not RSA',
    'Entra takes RSA keys only: make a new certificate.',
  );
}

function certificate(block: string, file: string): X509Certificate {
  const read = attempt(() => new X509Certificate(block));
  if (read !== null) return read;
  throw fault(file, 'holds a certificate that cannot be read', bothOfOne);
}

/** null on failure. The errors of the parser are not kept: they can quote what they parse. */
function attempt<Result>(work: () => Result): Result | null {
  try {
    return work();
  } catch {
    return null;
  }
}

function fault(file: string, what: string, remedy: string): RollkeeperError {
  const message = `The certificate file ${file} ${what}.`;
  return new RollkeeperError('settings.invalid', message, { remedy, facts: { file } });
}

/** When the certificate in a PEM text runs out, as ISO 8601; null: there is none that can be read. */
export function certificateEnd(pem: string): string | null {
  const block = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/u.exec(pem);
  const read = block === null ? null : attempt(() => new X509Certificate(block[0]));
  return read === null ? null : new Date(read.validTo).toISOString();
}
