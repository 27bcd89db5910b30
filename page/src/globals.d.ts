import type { Postrider } from './contract';

declare global {
  interface Window {
    postrider: Postrider;
  }
}
