import { stopPostgresAtEnd } from '../store/postgres-server.ts';
import { tellStoriesOnPostgres } from './scenario.ts';

stopPostgresAtEnd();
tellStoriesOnPostgres();

// The same stories, on PostgreSQL.
await import('./delta.test.ts');
