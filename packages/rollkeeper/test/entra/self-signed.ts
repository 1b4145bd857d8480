import { generateKeyPairSync, randomBytes, sign, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';

/** A certificate signed with its own key, and both as PEM. */
export interface SelfSigned {
  readonly key: KeyObject;
  readonly certificate: X509Certificate;
  readonly certificatePem: string;
  readonly pkcs8: string;
  readonly pkcs1: string;
}

/** Makes an RSA key and an X.509 certificate for it, valid between two days. */
export function selfSigned(from = '2020-01-01', to = '2045-01-01'): SelfSigned {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const sha256WithRsa = sequence(der(0x06, Buffer.from('2a864886f70d01010b', 'hex')), der(0x05));
  const commonName = sequence(
    der(0x06, Buffer.from('550403', 'hex')),
    der(0x0c, Buffer.from('test')),
  );
  const name = sequence(der(0x31, commonName));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.concat([Buffer.of(1), randomBytes(8)])),
    sha256WithRsa,
    name,
    sequence(time(from), time(to)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = Buffer.concat([Buffer.of(0), sign('sha256', body, privateKey)]);
  const certificate = new X509Certificate(sequence(body, sha256WithRsa, der(0x03, signature)));
  return {
    key: privateKey,
    certificate,
    certificatePem: certificate.toString(),
    pkcs8: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    pkcs1: privateKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
  };
}

/** One value in ASN.1's distinguished encoding: tag, length, contents. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 128 ? [length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...contents: readonly Uint8Array[]): Buffer => der(0x30, ...contents);

const time = (day: string): Buffer =>
  der(0x18, Buffer.from(`${day.replaceAll('-', '')}000000Z`, 'ascii'));
