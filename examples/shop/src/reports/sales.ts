import { median, sum } from './figures.js';

export interface Customer {
  name: string;
  email: string;
  town: string;
}

export interface Order {
  email: string;
  cents: number;
  placedAt: number;
}

/** A line of the sales report. Money in cents. */
export interface SalesLine {
  customer: string;
  town: string;
  orders: number;
  total: number;
  median: number;
  lastOrder: string | undefined;
}

/** The ten best customers, with what they bought in all and what they usually spend. */
export function salesByCustomer(customers: Customer[], orders: Order[]): SalesLine[] {
  return customers
    .map((customer) => salesLine(customer, orders))
    .sort((a, b) => b.total - a.total)
    .slice(0, 10);
}

function salesLine(customer: Customer, orders: Order[]): SalesLine {
  // A few hundred customers: not worth an index.
  const own = orders.filter((order) => order.email === customer.email);
  const amounts = own.map((order) => order.cents);
  const last = own.at(-1);
  return {
    customer: customer.name,
    town: customer.town,
    orders: own.length,
    total: sum(amounts),
    median: median(amounts),
    lastOrder: last && new Date(last.placedAt).toISOString(),
  };
}
