// Development only: puts the mock where the shell would put the bridge, then starts the page.
//   ?scene=empty|locked  ?dark=1  ?locale=de  ?delay=200  ?still=1 (nothing moves)
import { bridgeOf, Mock } from './mock';

const wish = new URLSearchParams(location.search);
const mock = new Mock({
  scene: wish.get('scene') ?? 'full',
  dark: wish.get('dark') === '1',
  locale: wish.get('locale') ?? 'en-GB',
  delay: Number(wish.get('delay') ?? '30'),
  isLive: wish.get('still') !== '1',
});
window.postrider = bridgeOf(mock);
Object.assign(window, { mock }); // to be played with from the console, and by look/shots.mjs
void import('../src/main');
