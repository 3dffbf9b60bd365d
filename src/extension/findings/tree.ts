import * as vscode from 'vscode';
import type { Finding, Severity } from '../../model/finding.ts';
import { plain } from '../links.ts';
import { pathOf, type FindingsStore } from './store.ts';
import { inlineText } from './words.ts';

const VIEW = 'looplens.findings';

/** How the tree is grouped. */
export type Grouping = 'file' | 'severity';

/** A row: a group or a finding in it. */
export type TreeNode =
  | {
      kind: 'group';
      id: string;
      label: string;
      description: string;
      resource?: vscode.Uri;
      findings: Finding[];
    }
  | { kind: 'finding'; finding: Finding; group: string };

/** The "Findings" view: what was measured, grouped, worst first; a click opens the line. */
export class FindingsTree implements vscode.TreeDataProvider<TreeNode> {
  readonly #store: FindingsStore;
  readonly #memory: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly #view: vscode.TreeView<TreeNode>;
  readonly #subscription: vscode.Disposable;
  #groups: TreeNode[] = [];

  readonly onDidChangeTreeData = this.#changed.event;

  constructor(store: FindingsStore, memory: vscode.Memento) {
    this.#store = store;
    this.#memory = memory;
    this.#view = vscode.window.createTreeView(VIEW, { treeDataProvider: this, showCollapseAll: true });
    this.#subscription = vscode.Disposable.from(
      this.#changed,
      this.#view,
      store.onDidChange(() => this.#update()),
    );
    this.#update();
  }

  get grouping(): Grouping {
    return this.#memory.get<Grouping>('grouping', 'file');
  }

  async setGrouping(grouping: Grouping): Promise<void> {
    await this.#memory.update('grouping', grouping);
    this.#update();
  }

  /** Shows a finding in the view, or only the view when it is not there. `focus` moves the keyboard there, too. */
  async reveal(finding: Finding | undefined, how: 'focus' | 'glance'): Promise<void> {
    const node = finding && this.#nodeOf(finding);
    if (node) await this.#view.reveal(node, { select: true, focus: how === 'focus', expand: true });
    else await vscode.commands.executeCommand(`${VIEW}.focus`);
  }

  getChildren(node?: TreeNode): TreeNode[] {
    if (!node) return this.#groups;
    if (node.kind === 'finding') return [];
    return node.findings.map((finding) => ({ kind: 'finding', finding, group: node.id }));
  }

  getParent(node: TreeNode): TreeNode | undefined {
    if (node.kind === 'group') return undefined;
    return this.#groups.find((group) => group.kind === 'group' && group.id === node.group);
  }

  getTreeItem(node: TreeNode): vscode.TreeItem {
    return node.kind === 'group' ? groupItem(node) : findingItem(node, this.grouping);
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #nodeOf(finding: Finding): TreeNode | undefined {
    return this.#groups
      .flatMap((group) => this.getChildren(group))
      .find((node) => node.kind === 'finding' && node.finding === finding);
  }

  #update(): void {
    const findings = this.#store.findings();
    this.#groups = this.grouping === 'file' ? byFile(findings) : bySeverity(findings);
    const serious = findings.filter(({ severity }) => severity === 'error' || severity === 'warning').length;
    this.#view.badge =
      serious > 0
        ? { value: serious, tooltip: `${serious} measured ${serious === 1 ? 'problem' : 'problems'}` }
        : undefined;
    this.#view.message = messageOf(this.#store);
    void vscode.commands.executeCommand(
      'setContext',
      'looplens.hasRecording',
      this.#store.measured !== undefined,
    );
    void vscode.commands.executeCommand('setContext', 'looplens.grouping', this.grouping);
    this.#changed.fire(undefined);
  }
}

/** The health sentence stands above the findings; without findings it is the whole answer. */
function messageOf({ measured }: FindingsStore): string | undefined {
  return measured?.report.health.message;
}

function byFile(findings: readonly Finding[]): TreeNode[] {
  const groups = new Map<string, Finding[]>();
  for (const finding of findings) {
    const key = pathOf(finding) ?? '';
    groups.set(key, [...(groups.get(key) ?? []), finding]);
  }
  return [...groups].map(([path, inGroup]): TreeNode => {
    const group = { kind: 'group', id: `file:${path}`, findings: inGroup } as const;
    if (path === '') return { ...group, label: 'Without a file', description: '' };
    const [name = '', ...folders] = vscode.workspace.asRelativePath(path).split('/').reverse();
    const description = folders.reverse().join('/');
    return { ...group, label: name, description, resource: vscode.Uri.file(path) };
  });
}

const SEVERITY_LABELS: readonly [Severity, string][] = [
  ['error', 'Errors'],
  ['warning', 'Warnings'],
  ['info', 'Information'],
  ['hint', 'Hints'],
];

function bySeverity(findings: readonly Finding[]): TreeNode[] {
  return SEVERITY_LABELS.flatMap(([severity, label]): TreeNode[] => {
    const inGroup = findings.filter((finding) => finding.severity === severity);
    return inGroup.length > 0
      ? [
          {
            kind: 'group',
            id: `severity:${severity}`,
            label,
            description: String(inGroup.length),
            findings: inGroup,
          },
        ]
      : [];
  });
}

function groupItem({
  id,
  label,
  description,
  resource,
}: Extract<TreeNode, { kind: 'group' }>): vscode.TreeItem {
  const item = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Expanded);
  item.id = id;
  item.description = description;
  if (resource) {
    item.resourceUri = resource;
    item.iconPath = vscode.ThemeIcon.File;
  }
  return item;
}

const ICONS: Readonly<Record<Severity, vscode.ThemeIcon>> = {
  error: new vscode.ThemeIcon('error', new vscode.ThemeColor('list.errorForeground')),
  warning: new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground')),
  info: new vscode.ThemeIcon('info'),
  hint: new vscode.ThemeIcon('lightbulb'),
};

function findingItem(
  { finding }: Extract<TreeNode, { kind: 'finding' }>,
  grouping: Grouping,
): vscode.TreeItem {
  const { location } = finding;
  const item = new vscode.TreeItem(inlineText(finding) ?? finding.message);
  const path = pathOf(finding);
  const place = `${location.file.split(/[\\/]/).pop() ?? ''}:${location.line}`;
  item.description = grouping === 'file' ? `:${location.line}  ${location.function ?? ''}`.trimEnd() : place;
  item.iconPath = ICONS[finding.severity];
  item.contextValue = 'finding';
  item.tooltip = new vscode.MarkdownString(
    `${plain(finding.message)}\n\n\`${finding.rule}\` · ${plain(place)}`,
    true,
  );
  item.accessibilityInformation = { label: `${finding.severity}: ${finding.message}, ${place}` };
  if (path !== undefined) {
    item.command = {
      command: 'looplens.openLocation',
      title: 'Open',
      arguments: [{ file: path, line: location.line, column: location.column }],
    };
  }
  return item;
}
