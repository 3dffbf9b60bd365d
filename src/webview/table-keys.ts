/** Up, Down, Home and End move between the rows' first buttons of the table that is listened to. */
export function moveByArrows(event: KeyboardEvent): void {
  const table = event.currentTarget as HTMLElement;
  const buttons = [...table.querySelectorAll<HTMLButtonElement>('td.what button')];
  const row = (document.activeElement as HTMLElement | null)?.closest('tr');
  const now = buttons.findIndex((button) => button.closest('tr') === row);
  const to = { ArrowUp: now - 1, ArrowDown: now + 1, Home: 0, End: buttons.length - 1 }[event.key];
  if (to === undefined || !buttons[to]) return;
  event.preventDefault();
  buttons[to].focus();
}
