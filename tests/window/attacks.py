"""attacks.py - what a page that a stranger has taken over could try, as data. Each row is tried twice: in the window as it is, where it must
fail, and where the protection is taken away (or against a bridge made the usual way), where it must succeed: else it shows nothing.

NET   name, script: asks for HIT; succeeded when the test's server was asked
RUN   name, script: returns "GOT" when it succeeded
NAV   name, script: leads the whole view elsewhere; succeeded when the page is no longer there
BRIDGE name, script with `api`: tampers with the bridge; tried on window.postrider and on a bridge made the usual way
MAIL  name, html: shown in the mail's frame; succeeded when the server was asked, or when the page got a message from it
"""

HELP = """
const sleep = ms => new Promise(done => setTimeout(done, ms));
const add = (tag, properties = {}, where = document.body) => {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) made.setAttribute(name, value);
  where.append(made);
  return made;
};
const within = (ms, promise) => Promise.race([promise, sleep(ms).then(() => 'late')]);
"""

NET = [
    ("fetch", "await fetch(HIT, {mode: 'no-cors'})"),
    ("fetch-keepalive", "await fetch(HIT, {mode: 'no-cors', keepalive: true})"),
    ("fetch-post", "await fetch(HIT, {mode: 'no-cors', method: 'POST', body: 'names'})"),
    ("xhr", "const x = new XMLHttpRequest(); x.open('GET', HIT); x.send()"),
    ("xhr-synchronous", "const x = new XMLHttpRequest(); x.open('GET', HIT, false); x.send()"),
    ("image", "new Image().src = HIT"),
    ("image-srcset", "const i = new Image(); i.srcset = HIT + ' 1x'; document.body.append(i)"),
    ("picture-source", "const p = add('picture'); add('source', {srcset: HIT}, p); add('img', {}, p)"),
    ("stylesheet", "add('link', {rel: 'stylesheet', href: HIT}, document.head)"),
    ("icon-preload", "add('link', {rel: 'preload', as: 'image', href: HIT}, document.head)"),
    ("style-import", "add('style').textContent = '@import url(\"' + HIT + '\");'"),
    ("style-background", "add('p', {}).style.backgroundImage = 'url(' + HIT + ')'"),
    ("style-font", "add('style').textContent = '@font-face{font-family:F;src:url(' + HIT + ')} p{font-family:F}'; add('p').textContent = 'x'"),
    ("font-face-api", "const f = new FontFace('G', 'url(' + HIT + ')'); document.fonts.add(f); await f.load()"),
    ("script", "const s = document.createElement('script'); s.src = HIT; document.body.append(s)"),
    ("script-module", "const s = document.createElement('script'); s.type = 'module'; s.src = HIT; document.body.append(s)"),
    ("dynamic-import", "await window.load(HIT)"),
    ("iframe", "add('iframe', {src: HIT})"),
    ("object", "add('object', {data: HIT, type: 'text/html'})"),
    ("embed", "add('embed', {src: HIT, type: 'text/html'})"),
    ("input-image", "add('input', {type: 'image', src: HIT})"),
    ("svg-image", "const s = document.createElementNS('http://www.w3.org/2000/svg', 'svg');"
                  "const i = document.createElementNS('http://www.w3.org/2000/svg', 'image'); i.setAttribute('href', HIT); s.append(i); document.body.append(s)"),
    ("form-to-frame", "add('iframe', {name: 'f'}); const f = add('form', {action: HIT, method: 'post', target: 'f'}); f.submit()"),
    ("websocket", "new WebSocket(HIT.replace('http', 'ws'))"),
    ("event-source", "new EventSource(HIT)"),
    ("send-beacon", "navigator.sendBeacon(HIT, 'names')"),
]

RUN = [
    ("eval", "return eval('\"GOT\"')"),
    ("function-constructor", "return new Function('return \"GOT\"')()"),
    ("timer-string", "setTimeout('window.hit = \"GOT\"', 0); await sleep(200); return window.hit"),
    ("inline-script", "const s = document.createElement('script'); s.textContent = 'window.hit = \"GOT\"'; document.body.append(s); return window.hit"),
    ("inline-handler", "const p = add('p', {onclick: 'window.hit = \"GOT\"'}); p.click(); return window.hit"),
    ("markup-handler", "add('p').innerHTML = '<img src=x: onerror=\"window.hit = &quot;GOT&quot;\">'; await sleep(300); return window.hit"),
    ("javascript-link", "add('a', {href: 'javascript:void(window.hit = \"GOT\")'}).click(); await sleep(200); return window.hit"),
    ("frame-javascript", "add('iframe', {src: 'javascript:void(parent.hit = \"GOT\")'}); await sleep(300); return window.hit"),
    ("frame-srcdoc", "add('iframe', {srcdoc: '<script>parent.hit = \"GOT\"</script>'}); await sleep(300); return window.hit"),
    ("frame-blank-write", "const f = add('iframe'); f.contentDocument.write('<script>parent.hit = \"GOT\"<\\/script>'); await sleep(200); return window.hit"),
    ("frame-data", "addEventListener('message', e => window.hit = e.data); add('iframe', {src: 'data:text/html,<script>parent.postMessage(\"GOT\",\"*\")</script>'});"
                   "await sleep(400); return window.hit"),
    ("frame-blob", "addEventListener('message', e => window.hit = e.data);"
                   "add('iframe', {src: URL.createObjectURL(new Blob(['<script>parent.postMessage(\"GOT\",\"*\")</script>'], {type: 'text/html'}))}); await sleep(400); return window.hit"),
    ("worker-blob", "const w = new Worker(URL.createObjectURL(new Blob(['postMessage(\"GOT\")']))); return await within(1500, new Promise(d => w.onmessage = e => d(e.data)))"),
    ("import-data", "return (await window.load('data:text/javascript,export default \"GOT\"')).default"),
    ("import-blob", "return (await window.load(URL.createObjectURL(new Blob(['export default \"GOT\"'], {type: 'text/javascript'})))).default"),
    ("style-inline", "const p = add('p', {style: 'color: rgb(9, 8, 7)'}); return getComputedStyle(p).color === 'rgb(9, 8, 7)' ? 'GOT' : 'no'"),
    ("style-element", "add('style').textContent = 'h1 { color: rgb(9, 8, 7) }'; return getComputedStyle(document.querySelector('h1')).color === 'rgb(9, 8, 7)' ? 'GOT' : 'no'"),
    ("image-data", "const i = new Image(); i.src = 'data:image/gif;base64,R0lGODlhAQABAAAAACw='; return await within(1500, new Promise(d => {"
                   "i.onload = () => d('GOT'); i.onerror = () => d('error')}))"),
    ("document-base", "add('base', {href: 'http://127.0.0.1:1/'}, document.head); return document.baseURI.startsWith('http:') ? 'GOT' : 'no'"),
    ("fetch-own-file", "return (await (await fetch('app://postrider/probe.js')).text()).includes('bridge') ? 'GOT' : 'no'"),
    ("local-storage", "localStorage.setItem('a', 'GOT'); return localStorage.getItem('a')"),
    ("indexed-db", "return await within(1500, new Promise((d, r) => { const q = indexedDB.open('x'); q.onsuccess = () => d('GOT'); q.onerror = () => d('error') }))"),
    ("web-assembly", "return new WebAssembly.Module(new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0])) ? 'GOT' : 'no'"),
    ("broadcast-channel", "const a = new BroadcastChannel('x'), b = new BroadcastChannel('x'); return await within(1000, new Promise(d => { b.onmessage = e => d(e.data); a.postMessage('GOT') }))"),
]

NAV = [
    ("to-http", "location.href = HIT"),
    ("to-missing-path", "location.href = 'app://postrider/missing'"),
    ("to-file-of-the-page", "location.href = 'app://postrider/probe.js'"),
    ("to-index", "location.href = 'app://postrider/index.html'"),
    ("to-query", "location.href = 'app://postrider/?x'"),
    ("to-other-host", "location.href = 'app://evil/'"),
    ("to-blank", "location.href = 'about:blank'"),
    ("to-mail-as-the-whole-view", "location.href = await postrider.showMail('<p>All yours')"),
    ("meta-refresh", "const m = document.createElement('meta'); m.httpEquiv = 'refresh'; m.content = '0;url=' + HIT; document.head.append(m)"),
    ("form-submit", "add('form', {action: HIT, method: 'get'}).submit()"),
    ("link-click", "add('a', {href: HIT}).click()"),
    ("location-replace", "location.replace(HIT)"),
]

# A bridge as it is made in the usual way, by script in the page's own world.
NAIVE = """
const naive = {
  hello() { return new Promise(done => done({version: '0', schema: 1})) },
  lists() { return Promise.resolve(JSON.parse(JSON.stringify([]))) },
  templateSave(name, parts) {
    const sent = {};
    for (const key in parts) sent[key] = parts[key];
    return Promise.resolve(JSON.stringify(sent)).then(text => { if (text.includes('STOLEN')) throw new Error('GOT') });
  },
  onCampaignChanged(listener) { (this.all ??= []).push(listener); return () => this.all.splice(0) },
};
window.naive = naive;
"""

BRIDGE = [
    ("assign-method", "const f = () => 'mine'; try { api.hello = f } catch {} return api.hello === f ? 'GOT' : 'no'"),
    ("delete-method", "try { delete api.hello } catch {} return api.hello === undefined ? 'GOT' : 'no'"),
    ("define-method", "try { Object.defineProperty(api, 'hello', {value: 1}) } catch {} return api.hello === 1 ? 'GOT' : 'no'"),
    ("add-method", "try { api.extra = 1 } catch {} return api.extra === 1 ? 'GOT' : 'no'"),
    ("change-prototype", "try { Object.setPrototypeOf(api, {extra: 1}) } catch {} return api.extra === 1 ? 'GOT' : 'no'"),
    ("property-on-function", "try { api.hello.extra = 1 } catch {} return api.hello.extra === 1 ? 'GOT' : 'no'"),
    ("replace-the-whole", "const name = api === window.naive ? 'naive' : 'postrider'; try { window[name] = 1 } catch {} try { Object.defineProperty(window, name, {value: 1}) } catch {}"
                          "const changed = window[name] === 1; return changed ? 'GOT' : 'no'"),
    ("delete-the-whole", "const name = api === window.naive ? 'naive' : 'postrider'; try { delete window[name] } catch {} return window[name] === undefined ? 'GOT' : 'no'"),
    ("replace-promise", "const old = window.Promise; let seen = 'no'; window.Promise = class extends old { constructor(f) { super(f); seen = 'GOT' } static resolve(v) { seen = 'GOT'; return old.resolve(v) } };"
                        "try { await api.hello() } finally { window.Promise = old } return seen"),
    ("replace-json", "const old = JSON.stringify, parse = JSON.parse; let seen = 'no'; JSON.stringify = v => { seen = 'GOT'; return old(v) }; JSON.parse = v => { seen = 'GOT'; return parse(v) };"
                     "try { await api.lists() } finally { JSON.stringify = old; JSON.parse = parse } return seen"),
    ("inherited-key", "Object.prototype.html = 'STOLEN'; try { await api.templateSave('t', {subject: 's', text: 't'}, []); return 'no' } catch (e) { return e.message === 'GOT' ? 'GOT' : 'no' }"
                      "finally { delete Object.prototype.html }"),
    ("getter", "let reads = 0; const parts = {text: 't', get subject() { return ++reads > 0 ? 'STOLEN' : '' }};"
               "try { await api.templateSave('t', parts, []) } catch {} return reads > 0 ? 'GOT' : 'no'"),
    ("to-json", "let seen = 'no'; Object.prototype.toJSON = function () { seen = 'GOT'; return this }; try { await api.templateSave('t', {subject: 's', text: 't', html: ''}, []) } finally { delete Object.prototype.toJSON } return seen"),
    ("constructor-escape", "try { return api.hello.constructor === Function && typeof api.templateSave.toString() === 'string' && /sent/.test(api.templateSave.toString()) ? 'GOT' : 'no' } catch { return 'no' }"),
    ("wrong-type-accepted", "try { await api.templateSave({}, 7, []); return 'GOT' } catch { return 'no' }"),
    ("extra-argument-accepted", "try { await api.hello(1, 2, 3); return 'GOT' } catch { return 'no' }"),
    ("listener-that-is-none", "try { api.onCampaignChanged('text'); return 'GOT' } catch { return 'no' }"),
    ("generic-call", "return ['call', 'invoke', 'send', 'postMessage', 'DeskChoose', 'deskChoose', 'sinkStart', 'leave', 'windowOpen'].some(n => n in api) || api === window.naive && (naive.invoke = 1) ? 'GOT' : 'no'"),
]

SAY = "<script>parent.postMessage('GOT', '*')</script>"
MAIL = [
    ("script", SAY),
    ("handler", "<img src='x:' onerror=\"parent.postMessage('GOT', '*')\">"),
    ("svg-handler", "<svg onload=\"parent.postMessage('GOT', '*')\"></svg>"),
    ("javascript-frame", "<iframe src=\"javascript:top.postMessage('GOT', '*')\"></iframe>"),
    ("srcdoc-frame", "<iframe srcdoc=\"&lt;script&gt;top.postMessage('GOT','*')&lt;/script&gt;\"></iframe>"),
    ("remote-image", "<img src='HIT'>"),
    ("remote-style", "<link rel=stylesheet href='HIT'>"),
    ("remote-import", "<style>@import url('HIT');</style>"),
    ("remote-background", "<p style=\"background:url('HIT')\">x</p>"),
    ("remote-font", "<style>@font-face{font-family:F;src:url('HIT')}p{font-family:F}</style><p>x</p>"),
    ("remote-frame", "<iframe src='HIT'></iframe>"),
    ("meta-refresh", "<meta http-equiv=refresh content='0;url=HIT'>"),
    ("object", "<object data='HIT' type='text/html'></object>"),
    ("base", "<base href='BASE'><img src='hit/mail-base'>"),
]
