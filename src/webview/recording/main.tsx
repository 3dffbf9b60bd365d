import { render } from 'preact';
import { App } from './app.tsx';
import { connect } from '../host.ts';
import '../page.css';

const root = document.getElementById('root');
if (root) render(<App host={connect(['loading', 'report', 'failed'])} />, root);
