// Elements, made and found. Texts become text nodes, never markup.

export const find = id => document.getElementById(id);

// Makes an element: make('button', { class: 'x', type: 'button' }, 'text', child, …).
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? '' : value);
    }
  }

  element.append(...children);
  return element;
}

// Makes an element of a picture in the same way.
export function shape(tag, attributes = {}, ...children) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
  element.append(...children);
  return element;
}

// A token's label with its open boxes, which stand for spaces, in a softer colour.
export function labelled(label) {
  return label.split(/(␣+)/).filter(part => part).map(part => part[0] === '␣' ? make('span', { class: 'space' }, part) : part);
}

// Shows a message in an element, or hides it if there is none.
export function showMessage(element, message) {
  element.textContent = message;
  element.hidden = !message;
}

// Says something to those who cannot see it.
export function speak(text) {
  find('spoken').textContent = text;
}
