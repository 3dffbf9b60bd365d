import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The document around a page of `src/webview`: one script, one style sheet, nothing else may load or run. */
export function page(webview: vscode.Webview, assets: vscode.Uri, name: 'recording' | 'comparison'): string {
  const nonce = randomBytes(16).toString('base64');
  const uri = (file: string): string => webview.asWebviewUri(vscode.Uri.joinPath(assets, file)).toString();
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="stylesheet" href="${uri(`${name}.css`)}">
    <title>LoopLens ${name}</title>
  </head>
  <body>
    <div id="root"></div>
    <script nonce="${nonce}" src="${uri(`${name}.js`)}"></script>
  </body>
</html>`;
}
