import { setText } from './elements.ts';
import { hasKey, keepKey } from './session.ts';

/** What the form is made of. */
export interface KeyFormParts {
  readonly form: HTMLFormElement;
  readonly field: HTMLInputElement;
  readonly note: HTMLElement;
  /** Called when a key has been given. */
  readonly given: () => void;
}

/** Asks for the admin key where the gateway has one. */
export class KeyForm {
  readonly #parts: KeyFormParts;

  constructor(parts: KeyFormParts) {
    this.#parts = parts;
    parts.form.addEventListener('submit', (event) => {
      event.preventDefault();
      keepKey(parts.field.value.trim());
      parts.field.value = '';
      parts.given();
    });
  }

  /** Shows itself, and says so where a key was given and was not the right one. */
  ask(): void {
    const { form, field, note } = this.#parts;
    if (!form.hidden || hasKey())
      setText(note, hasKey() ? 'The gateway does not take this key.' : '');
    form.hidden = false;
    field.focus();
  }

  /** Goes away. */
  hide(): void {
    this.#parts.form.hidden = true;
    setText(this.#parts.note, '');
  }
}
