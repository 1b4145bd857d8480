/** Writes every time in the reader's zone and language; the exact one stays on hover. */
for (const element of document.querySelectorAll('time.time')) {
  const at = new Date(element.dateTime);
  if (Number.isNaN(at.getTime())) continue;
  element.textContent = at.toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/** A button with `data-copy` puts that text on the clipboard, and says so. */
for (const button of document.querySelectorAll('button[data-copy]')) {
  button.addEventListener('click', () => void copy(button));
}

async function copy(button) {
  const said = button.textContent;
  await navigator.clipboard.writeText(button.dataset.copy ?? '');
  button.textContent = 'Copied';
  setTimeout(() => (button.textContent = said), 2000);
}

/** A run that is under way: its progress as it is told, and the page anew when it has ended. */
for (const section of document.querySelectorAll('[data-events]')) {
  const events = new EventSource(section.dataset.events);
  const bar = section.querySelector('progress');
  const text = section.querySelector('.progress-text');
  events.addEventListener('progress', ({ data }) => {
    const told = JSON.parse(data);
    text.textContent = told.text;
    bar.max = told.max;
    if (told.value === null) bar.removeAttribute('value');
    else bar.value = told.value;
  });
  events.addEventListener('ended', () => {
    events.close();
    location.reload();
  });
}
