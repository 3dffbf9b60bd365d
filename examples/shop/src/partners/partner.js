/** Asks a partner's service; `undefined` when they have nothing to say (204). */
export async function ask(shop, path, body) {
  const response = await fetch(new URL(path, shop.partners), {
    method: body ? 'POST' : 'GET',
    ...(body && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const text = await response.text();
  return { status: response.status, answer: text ? JSON.parse(text) : undefined };
}
