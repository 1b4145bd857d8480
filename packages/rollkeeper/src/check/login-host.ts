import { RollkeeperError } from '../directory/error.ts';
import type { Subject } from './subject.ts';
import { attempt } from './finding.ts';
import type { Finding } from './finding.ts';

const skewLimitMs = 5 * 60 * 1000;

/** Is the login host there, and does it have the same time? */
export async function lookAtLogin({
  settings,
  fetch,
  now,
  signal,
}: Subject): Promise<readonly Finding[]> {
  const url = `${settings.loginUrl}/${settings.tenant}/v2.0/.well-known/openid-configuration`;
  const answer = await attempt('login host', async () => {
    try {
      return await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(20_000)]) });
    } catch (error) {
      throw new RollkeeperError(
        'token.unreachable',
        `${settings.loginUrl} could not be reached: ${causeOf(error)}.`,
        {
          remedy:
            'Check the name, the network, the proxy (HTTPS_PROXY is obeyed with NODE_USE_ENV_PROXY=1) and MSGRAPH_CLOUD.',
          cause: error,
        },
      );
    }
  });
  if (answer.finding) {
    return [
      { step: 'clock', state: 'skipped', message: 'The login host tells the time.' },
      answer.finding,
    ];
  }
  await answer.value.body?.cancel();
  const told = Date.parse(answer.value.headers.get('date') ?? '');
  const reached: Finding = {
    step: 'login host',
    state: 'ok',
    message: `${settings.loginUrl} answers.`,
  };
  return [clock(told, now()), reached];
}

function clock(told: number, now: number): Finding {
  if (Number.isNaN(told)) {
    return { step: 'clock', state: 'warning', message: 'The login host did not tell the time.' };
  }
  const seconds = Math.round((now - told) / 1000);
  if (Math.abs(now - told) <= skewLimitMs) {
    return {
      step: 'clock',
      state: 'ok',
      message: `Within ${Math.abs(seconds)} s of the login host's.`,
    };
  }
  return {
    step: 'clock',
    state: 'failed',
    message: `This machine's clock is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} the login host's; tokens and assertions outside their time are refused.`,
    remedy: 'Set the clock, and keep it set by NTP.',
    code: 'token.refused',
  };
}

/** What Node says, with its code: that is what can be looked up. */
function causeOf(error: unknown): string {
  let deepest = error;
  while (deepest instanceof Error && deepest.cause instanceof Error) deepest = deepest.cause;
  if (!(deepest instanceof Error)) return String(deepest);
  const { message } = deepest;
  const code = 'code' in deepest && typeof deepest.code === 'string' ? deepest.code : '';
  return code === '' || message.includes(code) ? message : `${code}: ${message}`;
}
