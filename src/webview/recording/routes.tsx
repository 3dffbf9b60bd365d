import type { RouteSummary } from '../../model/finding.ts';
import { count, millis } from '../../base/figures.ts';

/** What each route took, the slowest first. */
export function Routes({ routes }: { routes: readonly RouteSummary[] }) {
  if (routes.length === 0) return null;
  const rows = [...routes].sort((a, b) => b.p99Ms - a.p99Ms);
  return (
    <section aria-labelledby="routes">
      <h2 id="routes">
        Routes <span class="quiet">{routes.length}</span>
      </h2>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">Route</th>
              <th scope="col" class="number">
                Requests
              </th>
              <th scope="col" class="number">
                p50
              </th>
              <th scope="col" class="number">
                p99
              </th>
              <th scope="col" class="number">
                Max
              </th>
              <th scope="col" class="number">
                On the loop, each
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.route}>
                <td>
                  <code>{row.route}</code>
                </td>
                <td class="number">{count(row.requests)}</td>
                <td class="number">{millis(row.p50Ms)}</td>
                <td class="number">{millis(row.p99Ms)}</td>
                <td class="number">{millis(row.maxMs)}</td>
                <td class="number">{millis(row.runMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
