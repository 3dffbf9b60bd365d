import { expect, it } from 'vitest';
import { routeOfLabel } from '../../../src/analysis/route-label.ts';

it.each([
  ['GET /', 'GET /'],
  ['GET /orders/17?x=1', 'GET /orders/:id'],
  ['GET /users/0f8fad5b-d9cb-469f-a165-70867728950e/posts', 'GET /users/:id/posts'],
  ['GET /commits/9fceb02d0ae598e95dc970b74767f19372d61af8', 'GET /commits/:id'],
  ['GET /t/eyJhbGciOiJIUzI1NiJ9x8', 'GET /t/:id'],
  ['GET /assets/app.js', 'GET /assets/app.js'],
  ['GET /api/v2/deadbeef-team', 'GET /api/v2/deadbeef-team'],
  ['GET http://proxy.example/a/5', 'GET /a/:id'],
  ['POST /graphql#x', 'POST /graphql'],
  ['', ''],
])('%s -> %s', (label, route) => expect(routeOfLabel(label)).toBe(route));
