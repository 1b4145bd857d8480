import { NextResponse } from 'next/server';

import { roleOf } from './role.js';

export const config = { matcher: '/settings' };

/** Nobody sees the settings page who is nobody. */
export function proxy(request) {
  if (roleOf(request.headers.get('authorization')) !== null) return NextResponse.next();
  const headers = { 'WWW-Authenticate': 'Basic realm="example"' };
  return new NextResponse('Who are you?', { status: 401, headers });
}
