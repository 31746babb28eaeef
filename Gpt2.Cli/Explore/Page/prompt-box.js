// A box for a prompt: Enter sends its form, Shift+Enter begins a line, and it is as high as its text.

// Makes a textarea such a box. Returns what fits its height to a text that the page has put into it.
export function makePromptBox(box) {
  box.addEventListener('keydown', event => {
    if (event.key === 'Enter' && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      box.form.requestSubmit();
    }
  });
  const fit = () => {
    box.style.height = 'auto';
    box.style.height = `${box.scrollHeight + 2}px`;
  };
  box.addEventListener('input', fit);
  return fit;
}
