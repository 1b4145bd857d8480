import { createHash, timingSafeEqual } from 'node:crypto';

/** What somebody may do. `view`: see everything but phone numbers, and decide nothing. `manage`: everything. */
export type Permission = 'view' | 'manage';

interface Authorizing {
  // A method, so that a host may name the type of its own request where it takes it.
  authorize(request: Request, host?: unknown): Verdict | Response | Promise<Verdict | Response>;
}

/**
 * The host's answer about a request: what its sender may do, or no. `host` is the request as the host's framework has
 * it, with its session: what `toNode` and `toFastify` hand on, or whatever is given as `host` to the handler. A
 * `Response` is sent as it is, for example to send the sender to the host's sign-in.
 */
export type Authorize = Authorizing['authorize'];

export type Verdict =
  | Permission
  | { readonly may: Permission; readonly name?: string }
  | null
  | undefined
  | false;

/** Whoever a page is made for. */
export interface Viewer {
  readonly may: Permission;
  /** As the page's head shows it; null: the host did not say. */
  readonly name: string | null;
  /** What a form of this viewer must send along as `token`: see `parts/form.ts`. */
  readonly formToken: string;
  /** Whether there is a session of ours that can be signed out of. */
  readonly signedIn: boolean;
}

/** The permission and the name in a host's answer; null: no. */
export function readVerdict(
  verdict: Verdict,
): { readonly may: Permission; readonly name: string | null } | null {
  if (verdict === 'view' || verdict === 'manage') return { may: verdict, name: null };
  if (typeof verdict !== 'object' || verdict === null) return null;
  if (verdict.may !== 'view' && verdict.may !== 'manage') return null;
  return { may: verdict.may, name: verdict.name ?? null };
}

/** Whether two texts are the same, in a time that does not tell where they differ. */
export function sameText(one: string, other: string): boolean {
  return timingSafeEqual(digest(one), digest(other));
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
