import crypto from 'node:crypto';
import * as v from 'valibot';
import { passwordMatches } from '../passwords.js';

const Login = v.object({ email: v.string(), password: v.pipe(v.string(), v.maxLength(200)) });

export async function accounts(app, { shop }) {
  const sessions = new Map();

  app.post('/login', async (request, reply) => {
    const input = v.safeParse(Login, request.body);
    if (!input.success) return reply.code(400).send({ error: input.issues[0].message });

    const customer = shop.database.customer(input.output.email);
    if (!customer || !passwordMatches(input.output.password, customer.password)) {
      return reply.code(401).send({ error: 'wrong e-mail or password' });
    }
    const token = crypto.randomUUID();
    sessions.set(token, customer.id);
    return { token, name: customer.name };
  });
}
