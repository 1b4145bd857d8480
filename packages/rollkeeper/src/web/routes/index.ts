import type { Hono } from 'hono';

import type { Site, WebEnv } from '../site.ts';
import { consentRoutes } from './consent.ts';
import { diagnosticsRoutes } from './diagnostics.ts';
import { groupsRoutes } from './groups.ts';
import { orgChartRoutes } from './org-chart.ts';
import { overviewRoutes } from './overview.ts';
import { peopleRoutes } from './people.ts';
import { personRoutes } from './person.ts';
import { runRoutes } from './run.ts';
import { runsRoutes } from './runs.ts';

/** Every page, in one list. Each entry is a Hono application with paths below the prefix. */
export const routes = (site: Site): readonly Hono<WebEnv>[] => [
  overviewRoutes(site),
  consentRoutes(site),
  peopleRoutes(site),
  personRoutes(site),
  orgChartRoutes(site),
  groupsRoutes(site),
  runsRoutes(site),
  runRoutes(site),
  diagnosticsRoutes(site),
];
