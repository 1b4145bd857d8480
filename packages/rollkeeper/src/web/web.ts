import { RollkeeperError } from '../directory/error.ts';
import type { WebApplication } from './application.ts';
import { Assets } from './assets.ts';
import type { Authorize } from './principal.ts';
import type { SignInOptions } from './sign-in/access.ts';
import type { Keeping, Peer, Site } from './site.ts';

interface Mounting {
  /** Where the handler is mounted. Default `/microsoft/graph`. */
  readonly prefix?: string;
  /**
   * Told of every failure that a page does not show: those that are no `RollkeeperError`, and, before somebody is let in,
   * those that are. Default: the former are thrown to the host.
   */
  readonly onError?: (error: unknown) => void;
}

/** How the pages are mounted, and exactly one way to say who may see them. */
export type WebOptions = Mounting &
  (
    | {
        /** The host says who may see the pages: asked for every request but those for style sheets and modules. */
        readonly authorize: Authorize;
        readonly signIn?: never;
      }
    | {
        /** The administrators of the settings sign in with Entra. */
        readonly signIn: SignInOptions;
        readonly authorize?: never;
      }
  );

/** Answers a request whose path begins with the prefix. */
export interface WebHandler {
  (request: Request, peer?: Peer): Promise<Response>;
  /** Where the pages stand, such as `/microsoft/graph`: begins with a slash, ends without one. */
  readonly prefix: string;
  /**
   * HTML for the host's own settings page: how things stand, with links to the pages. Made for whoever sent the request;
   * empty where they may see nothing.
   */
  readonly settingsFragment: (request: Request, peer?: Peer) => Promise<string>;
}

export const defaultPrefix = '/microsoft/graph';

/**
 * The web application as one handler. Throws `usage` where nothing says who may see it. What it is made of is loaded with
 * the first request: a command that shows no page does not wait for it.
 */
export function webHandler(keeping: Keeping, options: WebOptions): WebHandler {
  const site = siteOf(keeping, options?.prefix ?? defaultPrefix);
  requireAccess(options);
  keeping.conductor.onEnded(({ result }) => {
    if (result !== undefined) void freshen(keeping, result.tenantId);
  });
  let loading: Promise<WebApplication> | undefined;
  const handle = async (request: Request, peer?: Peer): Promise<Response> => {
    loading ??= import('./application.ts').then(({ webApplication }) =>
      webApplication(site, options),
    );
    return await (
      await loading
    )(request, peer);
  };
  return Object.assign(handle, {
    prefix: site.prefix,
    settingsFragment: async ({ url, headers }: Request, peer?: Peer): Promise<string> => {
      const asked = new Request(new URL(site.path('/settings-fragment'), url), { headers });
      const response = await handle(asked, peer);
      return response.status === 200 ? await response.text() : '';
    },
  });
}

/** What the pages search is brought up to each run of this process before somebody asks. */
async function freshen(keeping: Keeping, tenantId: string): Promise<void> {
  try {
    await (await keeping.store()).freshen(tenantId);
  } catch {
    // The next question meets it, and whoever asks is told.
  }
}

function requireAccess(options: WebOptions | undefined): void {
  if (typeof options?.authorize === 'function' || typeof options?.signIn === 'object') return;
  throw new RollkeeperError('usage', 'web() was called without authorize.', {
    remedy:
      'Pass authorize: (request) => "view", "manage" or null; or signIn: {}. Nothing is shown to anyone without either.',
  });
}

function siteOf(keeping: Keeping, given: string): Site {
  const prefix = given.replace(/\/+$/u, '');
  if (prefix !== '' && !/^(?:\/[\w.~-]+)+$/u.test(prefix)) {
    throw new RollkeeperError('usage', `“${given}” is no prefix for the pages.`, {
      remedy: 'Give a path such as /microsoft/graph.',
    });
  }
  return {
    keeping,
    prefix,
    path: (below) => `${prefix}${below}`,
    assets: new Assets(),
    now: () => Date.now(),
    startedAt: Date.now(),
  };
}
