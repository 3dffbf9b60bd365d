/** `93 %`, `1.4 %`, `under 0.1 %`. */
export function formatShare(share: number): string {
  const percent = share * 100;
  if (percent >= 10) return `${Math.round(percent)} %`;
  if (percent >= 0.1) return `${Math.round(percent * 10) / 10} %`;
  return 'under 0.1 %';
}

/** `once`, `twice`, `31 times`. */
export function formatTimes(count: number): string {
  if (count === 1) return 'once';
  return count === 2 ? 'twice' : `${count} times`;
}

/** `, in GET /`, `, in GET / and GET /a`, `, in GET /, GET /a and 3 more`; '' without routes. */
export function inRoutes(routes: readonly string[]): string {
  if (routes.length === 0) return '';
  if (routes.length <= 2) return `, in ${routes.join(' and ')}`;
  return `, in ${routes[0]!}, ${routes[1]!} and ${routes.length - 2} more`;
}
