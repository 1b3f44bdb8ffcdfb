// First: zod compiles its checks with `new Function` unless told not to, which the page's policy forbids.
import './ipc/zodWithoutEval.ts';
import { mount } from 'svelte';
import App from './App.svelte';
import { connectPage } from './ipc/connectPage.ts';
import { Studio } from './state/studio.svelte.ts';
import './styles/tokens.css';
import './styles/base.css';

const target = document.querySelector('#app');
if (target === null) throw new Error('index.html has no element #app.');
mount(App, { target, props: { studio: new Studio(connectPage) } });
