export * from '../row.ts';
