import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';

import { AppModule } from './app.module.ts';

const app = await NestFactory.create<NestExpressApplication>(AppModule, {
  forceCloseConnections: true,
  logger: ['error', 'warn'],
});
app.enableShutdownHooks();
await app.listen(Number(process.env['PORT'] ?? 3000), '127.0.0.1');
const { port } = new URL(await app.getUrl());
process.stdout.write(`http://localhost:${port}/settings\n`);
