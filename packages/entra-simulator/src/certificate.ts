import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

/** A certificate that vouches for itself, and its key, both as PEM. */
export interface SelfSigned {
  readonly certificate: string;
  readonly key: string;
}

/** What a certificate is made of. */
export interface CertificateOptions {
  readonly hosts: readonly string[];
  /** In milliseconds since 1970. */
  readonly from: number;
  readonly to: number;
  /** Default `ec`, which is made at once; RSA keys sign what needs RSA. */
  readonly kind?: 'ec' | 'rsa';
}

const ecdsaWithSha256 = '2a8648ce3d040302';
const rsaWithSha256 = '2a864886f70d01010b';
const commonName = '550403';
const subjectAlternativeName = '551d11';

/** Makes a certificate for these hosts. https://www.rfc-editor.org/rfc/rfc5280 */
export function selfSigned({ hosts, from, to, kind = 'ec' }: CertificateOptions): SelfSigned {
  const { privateKey, publicKey } =
    kind === 'ec'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength: 2048 });
  const algorithm =
    kind === 'ec'
      ? sequence(objectId(ecdsaWithSha256))
      : sequence(objectId(rsaWithSha256), der(0x05));
  const name = sequence(der(0x31, sequence(objectId(commonName), utf8('entra-simulator'))));
  const body = sequence(
    der(0xa0, der(0x02, Buffer.of(2))),
    der(0x02, Buffer.concat([Buffer.of(1), randomBytes(15)])),
    algorithm,
    name,
    sequence(time(from), time(to)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(namesOf(hosts))),
  );
  const signature = Buffer.concat([Buffer.of(0), sign('sha256', body, privateKey)]);
  return {
    certificate: pem('CERTIFICATE', sequence(body, algorithm, der(0x03, signature))),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function namesOf(hosts: readonly string[]): Buffer {
  const names = hosts.map((host) =>
    isIPv4(host) ? der(0x87, Buffer.from(host.split('.').map(Number))) : der(0x82, ascii(host)),
  );
  return sequence(objectId(subjectAlternativeName), der(0x04, sequence(...names)));
}

/** One value in ASN.1's distinguished encoding: tag, length, contents. */
function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const { length } = content;
  const size = length < 128 ? [length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const sequence = (...contents: readonly Uint8Array[]): Buffer => der(0x30, ...contents);

const objectId = (hex: string): Buffer => der(0x06, Buffer.from(hex, 'hex'));

const utf8 = (text: string): Buffer => der(0x0c, Buffer.from(text));

const ascii = (text: string): Buffer => Buffer.from(text, 'ascii');

/** Two digits of the year, as certificates write years before 2050. */
function time(at: number): Buffer {
  const digits = new Date(at).toISOString().replaceAll(/\D/g, '').slice(2, 14);
  return der(0x17, ascii(`${digits}Z`));
}

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}
