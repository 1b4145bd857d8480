import { readdir, readFile } from 'node:fs/promises';

import { program } from '../../packages/rollkeeper/src/cli/program.ts';
import { code, opening, table } from './markdown.mjs';

export async function commandsPage() {
  const rollkeeper = program();
  return `${opening('Commands', introduction)}
${described(rollkeeper, []).join('\n')}
## Other names

The names of the integration that Rollkeeper grew from are commands of their own. They take the same options.

${table(['command', 'is'], await aliases())}`;
}

const introduction = `
What each command says with \`--help\`. Results go to standard output; progress, warnings and errors to standard error.
Every command ends with one of the [exit codes](exit-codes.md). [Settings](settings.md) come from the environment and
from a file \`.env\` in the current folder.`;

/** A command's help and that of its own commands. */
function described(command, parents) {
  const names = [...parents, command.name()];
  command.configureOutput({ getOutHelpWidth: () => 120, getOutHasColors: () => false });
  const help = command.helpInformation().trimEnd();
  const own = `## ${code(names.join(' '))}\n\n\`\`\`text\n${help}\n\`\`\`\n`;
  return [own, ...command.commands.flatMap((one) => described(one, names))];
}

async function aliases() {
  const folder = new URL('../../packages/rollkeeper/', import.meta.url);
  const { bin } = JSON.parse(await readFile(new URL('package.json', folder), 'utf8'));
  const files = await readdir(new URL('bin/', folder));
  const rows = [];
  for (const [name, file] of Object.entries(bin)) {
    if (!files.includes(file.replace('./bin/', ''))) throw new Error(`${file} does not exist`);
    const text = await readFile(new URL(file, folder), 'utf8');
    const words = JSON.parse(/start\((\[.*\])\)/u.exec(text)[1].replaceAll("'", '"'));
    if (words.length > 0) rows.push([code(name), code(['rollkeeper', ...words].join(' '))]);
  }
  return rows;
}
