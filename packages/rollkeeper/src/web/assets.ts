import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** The files that pages refer to, and where each comes from. */
const sources = {
  'pico.css': { from: 'package', name: '@picocss/pico/css/pico.min.css' },
  'site.css': { from: 'here', name: 'site.css' },
  'directory.css': { from: 'here', name: 'directory.css' },
  'page.js': { from: 'here', name: 'page.js' },
} as const;
export type AssetName = keyof typeof sources;

const types: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
};

interface Asset {
  readonly body: Buffer<ArrayBuffer>;
  readonly type: string;
  readonly hash: string;
}

/** The style sheets and modules of the pages, each under an address that changes with its content. */
export class Assets {
  readonly #assets: ReadonlyMap<string, Asset>;

  /** Reads every file; throws where one is missing from the installation. */
  constructor() {
    this.#assets = new Map(
      Object.entries(sources).map(([name, { from, name: file }]) => [name, read(name, from, file)]),
    );
  }

  /** The path below the prefix. */
  pathOf(name: AssetName): `/assets/${string}` {
    return `/assets/${this.#assets.get(name)?.hash ?? ''}/${name}`;
  }

  /** The answer to a request for a file; null: no such file. An old hash is answered with the file of today. */
  answer(request: Request, hash: string, name: string): Response | null {
    const asset = this.#assets.get(name);
    if (asset === undefined) return null;
    const etag = `"${asset.hash}"`;
    const headers = {
      ETag: etag,
      'Cache-Control': hash === asset.hash ? 'public, max-age=31536000, immutable' : 'no-cache',
    };
    if (request.headers.get('if-none-match') === etag) {
      return new Response(null, { status: 304, headers });
    }
    return new Response(asset.body, { headers: { ...headers, 'Content-Type': asset.type } });
  }
}

function read(name: string, from: 'package' | 'here', file: string): Asset {
  const path =
    from === 'package'
      ? createRequire(import.meta.url).resolve(file)
      : fileURLToPath(new URL(`../../assets/${file}`, import.meta.url));
  const body = Buffer.from(readFileSync(path));
  return {
    body,
    type: types[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
    hash: createHash('sha256').update(body).digest('base64url').slice(0, 16),
  };
}
