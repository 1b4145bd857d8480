/** Letters that Unicode does not take apart into a plain one and a mark, and how people type them. */
const plain: Readonly<Record<string, string>> = {
  ß: 'ss',
  æ: 'ae',
  œ: 'oe',
  ø: 'o',
  đ: 'd',
  ð: 'd',
  ł: 'l',
  ħ: 'h',
  ı: 'i',
  þ: 'th',
};
const special = new RegExp(`[${Object.keys(plain).join('')}]`, 'gu');

/**
 * A text as it is compared: its words in small letters without marks, one space between them. `Łukasz O’Neill-Ørsted`
 * becomes `lukasz o neill orsted`. What is neither letter nor digit parts words.
 */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}+/gu, '')
    .toLowerCase()
    .replaceAll(special, (letter) => plain[letter] ?? letter)
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** The longest word that is kept and asked for, in UTF-16 units. */
const longest = 64;
/** The most words of a question that are looked at. */
const most = 8;

/** No letter is left cut in half: a database need not take one. */
const cut = (word: string): string => word.slice(0, longest).toWellFormed();

/** The words that somebody is found by, each once. An address is found by its parts and as a whole. */
export function wordsOf(texts: readonly (string | null)[]): readonly string[] {
  const words = new Set<string>();
  for (const text of texts) {
    if (text === null) continue;
    const folded = fold(text);
    for (const word of folded.split(' ')) words.add(cut(word));
    if (text.includes('@')) words.add(cut(folded.replaceAll(' ', '')));
  }
  words.delete('');
  return [...words];
}

/** The words of a question: somebody is found when each begins one of theirs. */
export function wordsAsked(text: string): readonly string[] {
  const words = text.split(/\s+/u).flatMap((part) => {
    const folded = fold(part);
    return part.includes('@') ? [folded.replaceAll(' ', '')] : folded.split(' ');
  });
  return [...new Set(words.map(cut))].filter((word) => word !== '').slice(0, most);
}

/** What names are sorted by. */
export const sortKey = (text: string): string => fold(text).slice(0, 100).toWellFormed();
