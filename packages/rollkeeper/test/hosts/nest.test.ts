import { hostFacts } from './facts.ts';

hostFacts({ name: 'nest', words: ['dist/main.js'], anyPrefix: true });
