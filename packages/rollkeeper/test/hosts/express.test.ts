import { hostFacts } from './facts.ts';

hostFacts({ name: 'express', words: ['main.ts'], anyPrefix: true });
