import { pages } from '../../../../rollkeeper.js';

export const GET = async (request) => await (await pages())(request);
export const POST = GET;
