let isAsked = false;

/** Asks for a reason: the field takes the focus now, or when it is drawn. */
export function askReason(): void {
  const field = document.querySelector<HTMLElement>('#reason');
  isAsked = true;
  // The detail of another row may still stand there: the address has changed, and is followed later.
  setTimeout(() => {
    if (isAsked) {
      (document.querySelector<HTMLElement>('#reason') ?? field)?.focus();
      isAsked = false;
    }
  }, 60);
}

/** Goes back to the list. */
export function toList(): void {
  document.querySelector<HTMLElement>('.grid')?.focus();
}
