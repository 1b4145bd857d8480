import type { Request as ExpressRequest } from 'express';
import { open } from 'rollkeeper';
import type { Rollkeeper } from 'rollkeeper';
import { toNode } from 'rollkeeper/node';
import type { NodeHandler } from 'rollkeeper/node';

import { roleOf } from './role.ts';

export const KEEPER = Symbol('keeper');
export const PAGES = Symbol('pages');

// Who may see the pages: what this application knows of the request.
const authorize = (_: Request, host?: ExpressRequest) => roleOf(host?.headers.authorization);

export const keeperProvider = {
  provide: KEEPER,
  useFactory: async (): Promise<Rollkeeper> => await open({ ...process.env }),
};

export const pagesProvider = {
  provide: PAGES,
  inject: [KEEPER],
  useFactory: (keeper: Rollkeeper): NodeHandler =>
    toNode(keeper.web({ authorize, prefix: process.env['PREFIX'] ?? '/microsoft/graph' })),
};
