/** The first lines of every generated page. */
export const opening = (title, text) =>
  `# ${title}\n\n<!-- Written by \`npm run reference\` from the code. Change the code, or scripts/reference/, not this page. -->\n\n${text.trim()}\n`;

/** A table; what is in the cells cannot break it. */
export function table(head, rows) {
  const lines = [head, head.map(() => '---'), ...rows].map(
    (cells) => `| ${cells.map((cell) => inCell(cell)).join(' | ')} |`,
  );
  return `${lines.join('\n')}\n`;
}

const inCell = (text) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');

export const code = (text) => `\`${text}\``;

/** Throws unless both hold the same names: everything is described, and nothing else. */
export function assertDescribed(what, inCode, described) {
  const missing = inCode.filter((name) => !described.includes(name));
  const extra = described.filter((name) => !inCode.includes(name));
  if (missing.length === 0 && extra.length === 0) return;
  throw new Error(
    `${what}: not described: ${missing.join(', ') || 'none'}; described but not in the code: ${extra.join(', ') || 'none'}`,
  );
}
