import type { TSESTree } from '@typescript-eslint/utils';
import type { Analysis } from './analysis.ts';
import type { Node } from './ast.ts';
import { lastName, staticString, unwrap } from './ast.ts';

/** True for a call that asks a database for something: by its package, or by the shape that only such calls have. */
export function isQuery(call: TSESTree.CallExpression, analysis: Analysis): boolean {
  const callee = unwrap(call.callee);
  if (callee.type !== 'MemberExpression') return false;
  const name = lastName(callee) ?? '';
  const module = analysis.bindings.resolve(callee)?.module ?? '';
  if (DATABASES.test(module) && METHODS.test(name)) return true;
  if (ORM_METHODS.test(name)) return true;
  if (!/^(?:query|execute|raw|\$queryRaw|\$executeRaw)$/.test(name)) return false;
  return isSql(call.arguments[0]);
}

function isSql(node: Node | undefined): boolean {
  const text =
    staticString(node) ?? (node?.type === 'TemplateLiteral' ? node.quasis[0]?.value.raw : undefined);
  return text !== undefined && /^\s*(?:select|insert|update|delete|with)\b/i.test(text);
}

const DATABASES =
  /^(?:pg|mysql2?(?:\/promise)?|mongodb|mongoose|@prisma\/client|sequelize|typeorm|knex|ioredis|redis|better-sqlite3|sqlite3?|postgres|drizzle-orm.*|mssql|oracledb)$/;
const METHODS =
  /^(?:query|execute|find\w*|get|hget|set|insert\w*|update\w*|delete\w*|create|save|count\w*|aggregate|run|all|raw|first|upsert)$/;
/** Names that hardly anything but a database layer has. */
const ORM_METHODS =
  /^(?:findOne|findUnique|findUniqueOrThrow|findFirst|findFirstOrThrow|findMany|findByPk|findById|findOneBy|findOneOrFail|findAndCountAll|findByIdAndUpdate|findOneAndUpdate|updateOne|insertOne|deleteOne|countDocuments)$/;
