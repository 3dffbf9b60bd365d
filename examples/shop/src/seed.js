import { random } from './random.js';

const ORIGINS = ['Ethiopia', 'Colombia', 'Kenya', 'Guatemala', 'Sumatra', 'Assam', 'Uji', 'Darjeeling'];
const KINDS = ['Espresso', 'Filter Roast', 'Decaf', 'Green Tea', 'Black Tea', 'Oolong'];
const GRADES = ['Reserve', 'Classic', 'Organic', 'Single Estate', 'House'];
const NOTES = [
  'cocoa',
  'bergamot',
  'red apple',
  'toasted hazelnut',
  'jasmine',
  'brown sugar',
  'lime',
  'malt',
];
const TOWNS = ['Lyon', 'Gent', 'Porto', 'Graz', 'Turku', 'Aarhus', 'Brno', 'Bilbao'];

export const PRODUCTS = 3000;
export const CUSTOMERS = 200;
export const ORDERS = 8000;

/** Makes the products, customers and orders that the shop opens with. */
export function seed() {
  const next = random(20240131);
  const pick = (list) => list[Math.floor(next() * list.length)];
  const between = (low, high) => low + Math.floor(next() * (high - low + 1));

  const products = Array.from({ length: PRODUCTS }, (_, index) => {
    const origin = pick(ORIGINS);
    const kind = pick(KINDS);
    return {
      id: index + 1,
      name: `${origin} ${kind} ${pick(GRADES)}`,
      origin,
      kind,
      cents: between(590, 4290),
      image: `/images/${kind.toLowerCase().replaceAll(' ', '-')}.svg`,
      description:
        `**${origin}**, ${kind.toLowerCase()}. Notes of *${pick(NOTES)}* and *${pick(NOTES)}*.\n\n` +
        `- Roasted or picked in week ${between(1, 52)}\n- Best within ${between(3, 18)} months\n` +
        `- Packed in ${pick(TOWNS)}, in bags of 250 g, 500 g and 1 kg`,
    };
  });

  const customers = Array.from({ length: CUSTOMERS }, (_, index) => ({
    id: index + 1,
    name: `Customer ${index + 1}`,
    email: `customer${index + 1}@example.org`,
    town: pick(TOWNS),
  }));

  const orders = Array.from({ length: ORDERS }, (_, index) => {
    const product = pick(products);
    const quantity = between(1, 6);
    return {
      id: index + 1,
      email: pick(customers).email,
      productId: product.id,
      quantity,
      cents: product.cents * quantity,
      // Two years of orders, oldest first.
      placedAt: 1704067200000 + index * 7884000,
    };
  });

  return { products, customers, orders };
}
