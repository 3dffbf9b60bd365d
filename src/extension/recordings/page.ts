import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** The document around the recording view: one script, one style sheet, nothing else may load or run. */
export function page(webview: vscode.Webview, assets: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const uri = (name: string): string => webview.asWebviewUri(vscode.Uri.joinPath(assets, name)).toString();
  return `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src ${webview.cspSource}; script-src 'nonce-${nonce}'">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="stylesheet" href="${uri('recording.css')}">
    <title>LoopLens Recording</title>
  </head>
  <body>
    <div id="root"></div>
    <script nonce="${nonce}" src="${uri('recording.js')}"></script>
  </body>
</html>`;
}
