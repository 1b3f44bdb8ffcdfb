import { mount } from 'svelte';
import '../../renderer/styles/tokens.css';
import '../../renderer/styles/base.css';
import CurvePage from './CurvePage.svelte';
import { noise, STEP_COUNT } from './noise.ts';

const CALIBRATION_ROUNDS = 20_000_000;
const LEVEL = 0.4;

function curvePage() {
  const rewards = noise(STEP_COUNT);
  const target = document.getElementById('app');
  if (target === null) throw new Error('The page has no element "app".');
  let page: { append: (values: Float64Array) => void; zoom: (factor: number) => void } | null = null;
  return {
    open: (): void => {
      page = mount(CurvePage, { target, props: { rewards } });
    },
    append: (): void => page?.append(Float64Array.of(LEVEL)),
    zoom: (factor: number): void => page?.zoom(factor),
    /** The same arithmetic every time. */
    calibrate: (): void => {
      let sum = 0;
      for (let round = 0; round < CALIBRATION_ROUNDS; round += 1) sum = (sum * 31 + round) % 65_521;
      // What is used cannot be left out.
      document.body.dataset['sum'] = String(sum);
    },
    /** Room that was never written to has to be found by the system, page for page. */
    touchMemory: (): void => {
      document.body.dataset['sum'] = String(new Float64Array(STEP_COUNT).fill(LEVEL).length);
    },
    /** Until the frame that is being made, if any, was handed over for display. */
    afterFrame: (): Promise<void> =>
      new Promise((resolve) => {
        requestAnimationFrame(() => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => resolve();
          port2.postMessage(null);
        });
      }),
  };
}

declare global {
  interface Window {
    curvePage: ReturnType<typeof curvePage>;
  }
}

window.curvePage = curvePage();
