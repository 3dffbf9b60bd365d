import { render } from 'preact';
import { connect } from '../host.ts';
import { App } from './app.tsx';
import '../page.css';
import './comparison.css';

const root = document.getElementById('root');
if (root) render(<App host={connect(['loading', 'comparison', 'failed'])} />, root);
