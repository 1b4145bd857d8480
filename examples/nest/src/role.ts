/** Stands for your application's own sign-in: HTTP Basic, with a password for those who manage and one for those who view. */
export function roleOf(authorization: string | undefined): 'manage' | 'view' | null {
  const [, encoded = ''] = /^Basic (.+)$/u.exec(authorization ?? '') ?? [];
  const [, password = ''] = Buffer.from(encoded, 'base64').toString().split(':');
  if (password === '') return null;
  if (password === process.env['MANAGER_PASSWORD']) return 'manage';
  return password === process.env['VIEWER_PASSWORD'] ? 'view' : null;
}
