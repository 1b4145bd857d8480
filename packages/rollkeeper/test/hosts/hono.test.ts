import { hostFacts } from './facts.ts';

hostFacts({ name: 'hono', words: ['main.ts'], anyPrefix: true });
