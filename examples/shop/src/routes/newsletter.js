/** A name of words with single dots or dashes between them, and a domain of the same kind. */
const EMAIL = /^\w+([.-]?\w+)*@\w+([.-]?\w+)*(\.\w{2,3})+$/;

export async function newsletter(app) {
  const readers = new Set();

  // The form asks while one types, to say early that something is missing.
  app.post('/newsletter', async (request, reply) => {
    const email = String(request.body?.email ?? '').slice(0, 80);
    if (!EMAIL.test(email)) return reply.code(400).send({ error: 'this is not an e-mail address' });
    readers.add(email.toLowerCase());
    return reply.code(204).send();
  });
}
