import type { Settings } from '../settings/settings.ts';

/**
 * The address where an administrator consents to what the app registration lists.
 * https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
 */
export function consentUrl(
  settings: Pick<Settings, 'loginUrl' | 'graphUrl' | 'tenant'>,
  request: {
    readonly applicationId: string;
    readonly redirectUri: string;
    readonly state: string;
  },
): string {
  const url = new URL(
    `${settings.loginUrl}/${settings.tenant ?? 'organizations'}/v2.0/adminconsent`,
  );
  url.searchParams.set('client_id', request.applicationId);
  url.searchParams.set('redirect_uri', request.redirectUri);
  url.searchParams.set('state', request.state);
  url.searchParams.set('scope', `${settings.graphUrl}/.default`);
  return url.href;
}
