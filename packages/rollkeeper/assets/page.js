/** Writes every time in the reader's zone and language; the exact one stays on hover. */
for (const element of document.querySelectorAll('time.time')) {
  const at = new Date(element.dateTime);
  if (Number.isNaN(at.getTime())) continue;
  element.textContent = at.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/** A button with `data-copy` puts that text on the clipboard, and says so. */
for (const button of document.querySelectorAll('button[data-copy]')) {
  button.hidden = false;
  button.addEventListener('click', () => void copy(button));
}

async function copy(button) {
  const said = button.textContent;
  await navigator.clipboard.writeText(button.dataset.copy ?? '');
  button.textContent = 'Copied';
  setTimeout(() => (button.textContent = said), 2000);
}
