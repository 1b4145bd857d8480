import { RollkeeperError } from '../directory/error.ts';

const guid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/u;

/**
 * The tenant that an answer names: not to be believed before a token for it works. Throws `token.refused` where consent
 * was not given. `error` is looked at first: a refusal says `admin_consent=True` as well.
 */
export function readAnswer(answer: URLSearchParams): string {
  const error = answer.get('error');
  if (error !== null) throw refusal(error, answer.get('error_description') ?? '');
  const tenant = answer.get('tenant')?.toLowerCase() ?? '';
  if (answer.get('admin_consent')?.toLowerCase() === 'true' && guid.test(tenant)) return tenant;
  throw new RollkeeperError('token.refused', 'The answer names no tenant that consented.', {
    remedy: 'Begin again from the consent page, and follow it to its end.',
  });
}

const explained: readonly (readonly [code: RegExp, message: string, remedy: string])[] = [
  [
    /AADSTS(?:65004|90041)|access_denied.*cancel|permission_denied/iu,
    'Consent was cancelled.',
    'Nothing was changed. Begin again when an administrator is ready to accept.',
  ],
  [
    /AADSTS(?:90094|90095|90008)|consent_required|AADSTS9000\d1/iu,
    'Whoever signed in may not consent for the whole tenant.',
    'Have somebody sign in who holds the role Privileged Role Administrator or Global Administrator.',
  ],
  [
    /AADSTS50011|AADSTS500112/iu,
    'The redirect URI is not registered.',
    'Add the redirect URI that the consent page shows to the app registration under Authentication, platform Web, letter by letter.',
  ],
  [
    /AADSTS(?:50020|50034|500200|500208)/iu,
    'The account that signed in does not belong to this tenant.',
    'Sign out at Microsoft, and sign in as an administrator of the tenant that is to be read.',
  ],
  [
    /AADSTS(?:700016|700011|650051)/iu,
    'Entra does not know the application.',
    'Compare MSGRAPH_APPLICATION_ID with the app registration. Another tenant can consent only to an application that is registered for accounts of any organisation.',
  ],
  [
    /AADSTS(?:650056|650057|65005|650052)/iu,
    'The permissions of the app registration do not fit.',
    'List the permissions of this page in the app registration as application permissions of Microsoft Graph, and begin again.',
  ],
];

function refusal(error: string, description: string): RollkeeperError {
  const said = description
    .replace(/\s*Trace ID:[\s\S]*$/u, '')
    .trim()
    .slice(0, 400);
  const found = explained.find(([code]) => code.test(`${error} ${description}`));
  const [, message, remedy] = found ?? [
    null,
    'Consent was not given.',
    'Look the code up at https://login.microsoftonline.com/error, and begin again.',
  ];
  const quote = said === '' ? error : said;
  return new RollkeeperError('token.refused', `${message} Entra says: “${quote}”`, { remedy });
}
