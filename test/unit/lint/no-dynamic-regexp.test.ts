import { testRule } from './harness.ts';

const handler = (body: string): string =>
  `const app = require('express')();\napp.get('/x', (req, res) => {\n  ${body}\n});`;

testRule('no-dynamic-regexp', {
  valid: [
    {
      name: 'text whose special characters are escaped, but for a wildcard',
      code: String.raw`import express from 'express';
express().get('/:id', (req, res) => { res.json(all.filter(new RegExp('^' + req.params.id.replace(/[.\\^$|?+()[\]{}]/g, '\\$&').replace(/\*/g, '.*')))); });`,
    },
    { name: 'a constant', code: handler('res.send(new RegExp("a+").test(req.url));') },
    { name: 'escaped', code: handler('res.send(new RegExp(escapeRegExp(req.query.q)).test("a"));') },
    {
      name: 'escaped by the language',
      code: handler('res.send(new RegExp(RegExp.escape(req.query.q)).test("a"));'),
    },
    {
      name: 'a number of the request',
      code: handler('res.send(new RegExp(`a{${Number(req.query.n)}}`).test("a"));'),
    },
    { name: 'a parameter', code: 'export const f = (text) => new RegExp(text);' },
    { name: 'a class of our own', code: `class RegExp {}\n${handler('new RegExp(req.query.q);')}` },
  ],
  invalid: [
    {
      name: 'a query',
      code: handler('const re = new RegExp(req.query.q);'),
      lines: [3],
      message: 'req.query.q',
      confidence: 'likely',
    },
    {
      name: 'through names and a template',
      code: handler('const { q } = req.query; const re = RegExp(`^${q}`);'),
      lines: [3],
    },
    {
      name: 'a parameter, on request',
      options: [{ origin: 'any' }],
      code: 'export const f = (text) => new RegExp(text);',
      lines: [1],
      confidence: 'possible',
    },
    {
      name: 'the query',
      code: "require('http').createServer((req, res) => { res.end(String(new RegExp(req.query.q).test('a'))); });",
      lines: [1],
    },
    {
      name: 'a template',
      code: "const app = require('express')();\napp.get('/x', (req, res) => { res.json(names.filter((n) => new RegExp(`^${req.query.q}`).test(n))); });",
      lines: [2],
    },
    {
      name: 'without new',
      code: "const app = require('express')();\napp.get('/x', (req, res) => { res.json(RegExp(req.body.a).test('a')); });",
      lines: [2],
    },
  ],
});
