import { Inject, Module } from '@nestjs/common';
import type {
  MiddlewareConsumer,
  NestModule,
  OnApplicationBootstrap,
  OnApplicationShutdown,
} from '@nestjs/common';
import type { Rollkeeper } from 'rollkeeper';
import type { NodeHandler } from 'rollkeeper/node';

import { KEEPER, keeperProvider, PAGES, pagesProvider } from './pages.ts';
import { SettingsController } from './settings.controller.ts';

@Module({ controllers: [SettingsController], providers: [keeperProvider, pagesProvider] })
export class AppModule implements NestModule, OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(KEEPER) private readonly keeper: Rollkeeper,
    @Inject(PAGES) private readonly pages: NodeHandler,
  ) {}

  configure(consumer: MiddlewareConsumer): void {
    consumer.apply(this.pages).forRoutes('{*path}');
  }

  onApplicationBootstrap(): void {
    if (this.keeper.settings.schedule !== null) this.keeper.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.keeper.close();
  }
}
