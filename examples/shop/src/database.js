import sqlite from 'node-sqlite3-wasm';
import { hashPassword } from './passwords.js';
import { seed } from './seed.js';

const SCHEMA = `
  CREATE TABLE products (
    id INTEGER PRIMARY KEY, name TEXT, origin TEXT, kind TEXT, cents INTEGER, image TEXT, description TEXT
  );
  CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, email TEXT UNIQUE, town TEXT, password TEXT);
  CREATE TABLE orders (
    id INTEGER PRIMARY KEY, email TEXT, productId INTEGER, quantity INTEGER, cents INTEGER, placedAt INTEGER
  );
  CREATE TABLE reviews (id INTEGER PRIMARY KEY, productId INTEGER, author TEXT, body TEXT, approved INTEGER);
  CREATE INDEX orders_by_email ON orders (email);
`;

/** Opens the shop's database, in memory, filled with the same data at every start. */
export function openDatabase() {
  const db = new sqlite.Database();
  const { products, customers, orders } = seed();
  db.exec('BEGIN');
  db.exec(SCHEMA);
  fill(db, 'products', products);
  // All customers of the demo have the password `coffee`.
  const password = hashPassword('coffee');
  fill(
    db,
    'customers',
    customers.map((customer) => ({ ...customer, password })),
  );
  fill(db, 'orders', orders);
  db.exec('COMMIT');

  const statements = {
    page: db.prepare(
      'SELECT id, name, origin, kind, cents, image FROM products ORDER BY id LIMIT ? OFFSET ?',
    ),
    product: db.prepare('SELECT * FROM products WHERE id = ?'),
    customer: db.prepare('SELECT * FROM customers WHERE email = ?'),
    order: db.prepare('SELECT * FROM orders WHERE id = ?'),
    addOrder: db.prepare(
      'INSERT INTO orders (email, productId, quantity, cents, placedAt) VALUES (?, ?, ?, ?, ?)',
    ),
    addReview: db.prepare('INSERT INTO reviews (productId, author, body, approved) VALUES (?, ?, ?, 0)'),
    approveReview: db.prepare('UPDATE reviews SET approved = 1 WHERE id = ?'),
    pendingReviews: db.prepare('SELECT COUNT(*) AS count FROM reviews WHERE approved = 0'),
  };

  return {
    /** The catalogue and the books, held in memory for the jobs that need all of it. */
    catalogue: products.map((product) => ({ ...product, bags: bags(product) })),
    customers,
    orders,

    page: (limit, offset) => statements.page.all([limit, offset]),
    product: (id) => statements.product.get([id]),
    customer: (email) => statements.customer.get([email]),
    order: (id) => statements.order.get([id]),

    addOrder(order) {
      const { email, productId, quantity, cents, placedAt } = order;
      const { lastInsertRowid } = statements.addOrder.run([email, productId, quantity, cents, placedAt]);
      const stored = { id: Number(lastInsertRowid), ...order };
      orders.push(stored);
      return stored;
    },

    addReview({ productId, author, body }) {
      return Number(statements.addReview.run([productId, author, body]).lastInsertRowid);
    },
    approveReview: (id) => statements.approveReview.run([id]),
    pendingReviews: () => statements.pendingReviews.get().count,
  };
}

/** The sizes that a product is sold in. */
function bags(product) {
  return [250, 500, 1000].map((grams) => ({
    sku: `${product.id}-${grams}`,
    grams,
    cents: Math.round((product.cents * grams) / 250),
  }));
}

function fill(db, table, rows) {
  const columns = Object.keys(rows[0]);
  const insert = db.prepare(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  );
  for (const row of rows) insert.run(columns.map((column) => row[column]));
  insert.finalize();
}
