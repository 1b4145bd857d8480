import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { NodeHandler } from 'rollkeeper/node';

import { PAGES } from './pages.ts';
import { roleOf } from './role.ts';

@Controller('settings')
export class SettingsController {
  constructor(@Inject(PAGES) private readonly pages: NodeHandler) {}

  @Get()
  async show(
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<string> {
    if (roleOf(request.headers.authorization) === null) {
      response.status(401).set('WWW-Authenticate', 'Basic realm="example"');
      return 'Who are you?';
    }
    return `<!doctype html><html lang="en"><title>Settings</title><h1>Settings</h1>
      ${await this.pages.settingsFragment(request)}</html>`;
  }
}
